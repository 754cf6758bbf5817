"""What the vault is after a power cut, in every state that a disk may leave: recorded, cut, restarted, looked at."""
