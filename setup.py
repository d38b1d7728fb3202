"""Builds the wheel `odoo-addon-usercom-connector`, which Odoo finds without an addons path.

It holds the connector and the addons that go with other apps: Odoo installs those by itself.
"""

import ast
from pathlib import Path

from setuptools import find_packages, setup

ROOT = Path(__file__).resolve().parent
NAME = "usercom_connector"
ADDONS = sorted(file.parent.name for file in ROOT.glob(f"{NAME}*/__manifest__.py"))
MANIFEST = ast.literal_eval((ROOT / NAME / "__manifest__.py").read_text(encoding="utf-8"))
SERIES = ".".join(MANIFEST["version"].split(".")[:2])


def packages(addon: str) -> list[str]:
    """The Python packages of an addon, as Odoo imports them."""
    inner = find_packages(str(ROOT / addon))
    return [f"odoo.addons.{name}" for name in (addon, *(f"{addon}.{name}" for name in inner))]


def data_files(addon: str) -> list[str]:
    """Every file of an addon, relative to it: Odoo reads data where it stands."""
    found = (path for path in (ROOT / addon).rglob("*") if path.is_file())
    return [str(path.relative_to(ROOT / addon)) for path in found if path.suffix != ".pyc"]


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
    packages=[package for addon in ADDONS for package in packages(addon)],
    package_dir={f"odoo.addons.{addon}": addon for addon in ADDONS},
    package_data={f"odoo.addons.{addon}": data_files(addon) for addon in ADDONS},
)
