"""The LAN face: relays what it cannot read and cannot command."""
