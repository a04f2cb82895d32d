"""An open-source data management platform for digital marketing."""

__version__ = "0.1.0"
