"""The words of `stoop`; each command's work is in a module of its own, imported when it is asked for."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, NoReturn

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)

Video = Annotated[Path, typer.Argument(help="a video file")]
MaskFile = Annotated[Path | None, typer.Option("--mask", help="mask file (JSON: allow, hide); default: see everything")]
AsJson = Annotated[bool, typer.Option("--json", help="print one JSON object")]
Data = Annotated[Path, typer.Option("--data", help="data folder")]
Config = Annotated[Path | None, typer.Option("--config", help="settings file (TOML)")]
SourceSpec = Annotated[str | None, typer.Option("--source", help="demo, file:PATH, picamera:0, v4l2:/dev/video0")]


mask_app = typer.Typer(no_args_is_help=True, help="Mask files, as the app draws and exports them.")
app.add_typer(mask_app, name="mask")


def main() -> None:
    os.environ.setdefault("OTEL_SDK_DISABLED", "true")
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)


@app.command()
def run(
    source: SourceSpec = None,
    data: Data = Path("stoop-data"),
    config: Config = None,
    port: Annotated[int | None, typer.Option("--port", min=1, max=65535, help="HTTPS port; default 8443")] = None,
    ready_file: Annotated[
        Path | None, typer.Option("--ready-file", help="JSON once serving: url, claim code, fingerprint, pids")
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="begin with nothing, keep nothing: no --data folder")] = False,
) -> None:
    """Camera and server on this machine, until Ctrl-C."""
    from stoop.run_command import run as run_both
    from stoop.run_command import run_fresh

    if fresh:
        raise typer.Exit(run_fresh(source, config, port, ready_file))
    raise typer.Exit(run_both(source, data, config, port, ready_file))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False)
def camera(context: typer.Context) -> None:
    """The camera process alone, as its unit starts it."""
    from camera.__main__ import main as camera_main

    raise typer.Exit(camera_main(context.args))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False)
def server(context: typer.Context) -> None:
    """The server process alone, as its unit starts it."""
    from server.main import main as server_main

    raise typer.Exit(server_main(context.args))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False)
def courier(context: typer.Context) -> None:
    """The courier process alone, as its unit starts it: calls where you opened a way out, and nowhere else."""
    from server.courier.main import main as courier_main

    raise typer.Exit(courier_main(context.args))


@app.command()
def holes() -> None:
    """As its unit starts it, by root: the firewall lets the courier through to the open ways out, and nowhere else."""
    from stoop.holes_firewall import holes_command

    raise typer.Exit(holes_command())


@app.command()
def names(
    listed: Annotated[Path, typer.Option("--list", help="the camera's list of open ways out")],
    out: Annotated[Path, typer.Option(help="where the addresses are written down")],
) -> None:
    """As its unit starts it: looks up the push service of your phone while you have notices through it switched on."""
    from stoop.names import names_command

    raise typer.Exit(names_command(listed, out))


@app.command()
def analyze(
    video: Video,
    mask: MaskFile = None,
    as_json: AsJson = False,
    explain: Annotated[bool, typer.Option("--explain", help="why things that moved did not count")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="a video (MP4) with what was seen drawn on it")
    ] = None,
) -> None:
    """What the camera would have done with this video."""
    from stoop.analyze_command import analyze_command

    raise typer.Exit(analyze_command(video, mask, out, as_json=as_json, explain=explain))


@app.command()
def tune(
    videos: Annotated[list[Path], typer.Argument(help="videos, such as clips that you saved")],
    mask: MaskFile = None,
    as_json: AsJson = False,
) -> None:
    """What each sensitivity would have done with your own videos."""
    from stoop.analyze_command import tune_command

    raise typer.Exit(tune_command(videos, mask, as_json=as_json))


@app.command()
def record(
    video: Video,
    recipient: Annotated[str, typer.Option("--recipient", help="age recipient: age1… or age1pq…")],
    data: Data,
    mask: MaskFile = None,
) -> None:
    """The whole camera over a file, as fast as it goes; a JSON summary on the last line."""
    from camera.errors import CameraError
    from camera.mask import MaskError
    from camera.sources import SourceError
    from camera.vault import VaultError
    from stoop.mask_files import read_mask
    from stoop.progress import seconds_done
    from stoop.record import record as record_video

    try:
        drawn = read_mask(mask)
        with seconds_done(f"recording {video.name}", quiet=False) as progress:
            summary = record_video(video, recipient, data, drawn, progress)
    except (MaskError, SourceError, VaultError, CameraError) as error:
        _refuse(str(error))
    print(json.dumps(asdict(summary)))


@app.command("open")
def open_(
    path: Annotated[Path, typer.Argument(help="a data folder, a copy of one, or one sealed clip")],
    identity: Annotated[
        list[Path], typer.Option("--identity", "-i", help="file with your recovery key (AGE-SECRET-KEY-…); may repeat")
    ],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="folder for the opened clips")] = None,
    only_list: Annotated[bool, typer.Option("--list", help="list, open nothing")] = False,
    since: Annotated[str | None, typer.Option("--from", help="only clips that began then or later")] = None,
    until: Annotated[str | None, typer.Option("--to", help="only clips that began then or earlier")] = None,
    is_verifying: Annotated[bool, typer.Option("--verify", help="say what was altered or is missing")] = False,
    earlier: Annotated[
        Path | None, typer.Option("--earlier", help="what --verify --json printed before: nothing was put back since")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Opens sealed clips without the device, or checks that nothing was done to them."""
    from stoop.open_clips import OpenError, Window
    from stoop.open_command import open_command, verify_command, when

    if is_verifying:
        if out or only_list or since or until:
            _refuse("--verify looks at everything and writes nothing: leave out -o, --list, --from and --to")
        raise typer.Exit(verify_command(path, identity, earlier, as_json=as_json))
    if earlier:
        _refuse("--earlier goes with --verify")
    if out is None and not only_list:
        _refuse("nothing to write to: name a folder with -o OUT, or ask for --list or --verify")
    try:
        window = Window(when(since) if since else None, when(until) if until else None)
    except OpenError as error:
        _refuse(str(error))
    raise typer.Exit(open_command(path, identity, None if only_list else out, as_json=as_json, window=window))


@app.command()
def prove(
    data: Annotated[Path | None, typer.Option("--data", help="data folder; default: the running camera's")] = None,
    config: Config = None,
    identity: Annotated[
        Path | None, typer.Option("--identity", "-i", help="your recovery key: verifies the record in full")
    ] = None,
    fills: Annotated[int, typer.Option("--fills", min=1, max=10_000, help="how often the hidden part is painted")] = 50,
    as_json: AsJson = False,
) -> None:
    """What this camera cannot do, checked on this machine; exit code 1 when a claim fails."""
    from stoop.prove.command import prove as prove_all

    raise typer.Exit(prove_all(data, config, identity, fills, as_json=as_json))


@app.command()
def inventory(
    data: Annotated[Path | None, typer.Option("--data", help="data folder; default: the running camera's")] = None,
    as_json: AsJson = False,
) -> None:
    """What a thief would find in the data folder; exit code 1 when a key is there that should not be."""
    from stoop.inventory_command import inventory_command
    from stoop.prove.installation import only_running

    raise typer.Exit(inventory_command(data or only_running() or Path("stoop-data"), as_json=as_json))


@app.command()
def recover(
    data: Annotated[Path | None, typer.Option("--data", help="data folder; default: the running camera's")] = None,
    as_json: AsJson = False,
) -> None:
    """A one-time code, on the device itself: with it and the recovery sheet a new browser becomes an owner."""
    from stoop.prove.installation import only_running
    from stoop.recover_command import recover_command

    raise typer.Exit(recover_command(data or only_running() or Path("stoop-data"), as_json=as_json))


@app.command()
def doctor(
    data: Annotated[Path | None, typer.Option("--data", help="data folder; default: the running camera's")] = None,
    config: Config = None,
    source: SourceSpec = None,
    as_json: AsJson = False,
) -> None:
    """What is wrong with the set-up, and how to mend it; exit code 1 when something is broken."""
    from stoop.doctor.command import doctor as look_at_all

    raise typer.Exit(look_at_all(data, config, source, as_json=as_json))


@app.command()
def update(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="an update file; default: the one with the highest number on the boot partition or a stick"
        ),
    ] = None,
    only_check: Annotated[
        bool, typer.Option("--check", help="say whether it may be installed, install nothing")
    ] = False,
    asked: Annotated[
        bool, typer.Option("--asked", help="as its unit starts it: the file that an owner sent up through the app")
    ] = False,
    card: Annotated[
        bool, typer.Option("--card", help="as its unit starts it: the file on the card's boot partition")
    ] = False,
    stick: Annotated[
        Path | None, typer.Option("--stick", help="as its unit starts it: the partition of a stick that was put in")
    ] = None,
) -> None:
    """Installs a signed update from a file; goes back by itself when the new version does not answer."""
    from stoop.update.command import update as install_update

    if stick:
        from stoop.update.stick import update_from_stick

        raise typer.Exit(update_from_stick(stick))
    raise typer.Exit(install_update(file, only_check=only_check, way="app" if asked else "card" if card else "command"))


@app.command()
def bench(
    names: Annotated[list[str] | None, typer.Argument(help="which; default: all")] = None,
    as_json: AsJson = False,
) -> None:
    """The benchmarks, each against its baseline in the same run."""
    from stoop.bench import run_benches

    raise typer.Exit(run_benches(names or [], as_json=as_json))


@mask_app.command("check")
def mask_check(
    file: Annotated[Path, typer.Argument(help="mask file (JSON: allow, hide)")],
    against: Annotated[Path | None, typer.Option("--against", help="the mask that it would replace")] = None,
    size: Annotated[str, typer.Option("--size", help="the camera's picture, WIDTHxHEIGHT")] = "1280x720",
    as_json: AsJson = False,
) -> None:
    """Whether a mask is one, what it lets be seen, and whether it shows more than another; exit code 1 when invalid."""
    from camera.mask import MaskError
    from stoop.mask_check import check, lines_of, read_size

    try:
        found = check(file, against, read_size(size))
    except MaskError as error:
        _refuse(str(error))
    print(json.dumps(asdict(found)) if as_json else "\n".join(lines_of(found)))
    raise typer.Exit(0 if found.is_valid else 1)


def _refuse(sentence: str) -> NoReturn:
    print(f"stoop: {sentence}", file=sys.stderr)
    raise typer.Exit(2)
