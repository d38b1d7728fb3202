from . import about_value, value_change, history
