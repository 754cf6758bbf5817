"""What a flashed card has beyond an installed system: Wi-Fi from Imager, two slots, a partition that grows."""
