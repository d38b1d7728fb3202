"""In which order the waiting rows of an account's queues have their turn."""

LOW, USUAL, URGENT = -1, 0, 1  # of many or imported contacts; of one edit; of a withdrawn consent
