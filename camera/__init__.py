"""The trusted core: owns the lens, the masks and the vault; never opens a network connection and never decrypts."""

__version__ = "0.1.0"
