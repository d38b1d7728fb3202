"""Builds the wheel `odoo-addon-usercom-connector`, which Odoo finds without an addons path."""

import ast
from pathlib import Path

from setuptools import find_packages, setup

ROOT = Path(__file__).resolve().parent
NAME = "usercom_connector"
PACKAGE = f"odoo.addons.{NAME}"
MANIFEST = ast.literal_eval((ROOT / NAME / "__manifest__.py").read_text(encoding="utf-8"))
SERIES = ".".join(MANIFEST["version"].split(".")[:2])


def data_files() -> list[str]:
    """Every file of the addon, relative to it: Odoo reads data where it stands."""
    files = (path for path in (ROOT / NAME).rglob("*") if path.is_file() and path.suffix != ".pyc")
    return [str(path.relative_to(ROOT / NAME)) for path in files]


setup(
    name=f"odoo-addon-{NAME.replace('_', '-')}",
    version=MANIFEST["version"],
    description=MANIFEST["summary"],
    long_description=(ROOT / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    author=MANIFEST["author"],
    license_expression="LGPL-3.0-only",
    license_files=["LICENSE"],
    classifiers=[
        "Programming Language :: Python",
        "Framework :: Odoo",
        f"Framework :: Odoo :: {SERIES}",
    ],
    python_requires=">=3.11",
    install_requires=[f"odoo=={SERIES}.*", *MANIFEST["external_dependencies"]["python"]],
    packages=[PACKAGE, *(f"{PACKAGE}.{name}" for name in find_packages(NAME))],
    package_dir={PACKAGE: NAME},
    package_data={PACKAGE: data_files()},
)
