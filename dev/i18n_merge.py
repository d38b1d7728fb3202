"""Run by `make i18n` with the tests' Python: brings the two files of texts up to an export.

Arguments: Odoo's export, the template, the translation, and further files to take translations of
new texts from.
"""

import sys

import polib


def main(exported: str, template: str, translation: str, *further: str) -> None:
    """Write both, and name the texts that have no translation."""
    texts, polish = polib.pofile(exported), polib.pofile(translation)
    new = {entry.msgid: entry.msgstr for file in further for entry in polib.pofile(file)}
    polish.merge(texts)
    for entry in polish.untranslated_entries():
        entry.msgstr = new.get(entry.msgid, "")
    for entry in polish:
        if entry.msgstr == entry.msgid:
            entry.msgstr = ""  # as OCA's check wants it; Odoo then shows the original
    polish[:] = sorted((e for e in polish if not e.obsolete), key=lambda entry: entry.msgid)
    texts.save(template)
    polish.save(translation)
    empty = [entry.msgid for entry in polish.untranslated_entries()]
    print(f"{len(empty)} of {len(polish)} texts have no Polish:", *empty, sep="\n  ")


if __name__ == "__main__":
    main(*sys.argv[1:])
