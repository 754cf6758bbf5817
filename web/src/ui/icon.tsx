/** Our own line icons on a 24 × 24 grid; decorative, so hidden from screen readers. */

const SHAPES = {
  live: "M5 20V9.5a7 7 0 0 1 14 0V20M3 20h18M9.5 20v-8.5a2.5 2.5 0 0 1 5 0V20",
  clips:
    "M4.5 5h15A1.5 1.5 0 0 1 21 6.5v11a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 17.5v-11A1.5 1.5 0 0 1 4.5 5ZM10 9v6l5-3-5-3Z",
  activity: "M4 6h.01M4 12h.01M4 18h.01M9 6h11M9 12h11M9 18h7",
  devices:
    "M8 2.8h8A1.7 1.7 0 0 1 17.7 4.5v15A1.7 1.7 0 0 1 16 21.2H8a1.7 1.7 0 0 1-1.7-1.7v-15A1.7 1.7 0 0 1 8 2.8ZM10.5 18h3",
  settings:
    "M4 7h9M19 7h1M4 17h1M11 17h9M16 4.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5ZM8 14.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5Z",
  left: "M15 5l-7 7 7 7",
  right: "M9 5l7 7-7 7",
  play: "M7 4.5v15l12.5-7.5L7 4.5Z",
  pause: "M8 5v14M16 5v14",
  back10: "M4 5v5h5M4.6 10A8 8 0 1 1 4 13.5M9.5 11v5M12.5 12.5v2a1.5 1.5 0 0 0 3 0v-2a1.5 1.5 0 0 0-3 0Z",
  forward10:
    "M20 5v5h-5M19.4 10a8 8 0 1 0 .6 3.5M8.5 11v5M11.5 12.5v2a1.5 1.5 0 0 0 3 0v-2a1.5 1.5 0 0 0-3 0Z",
  fullscreen: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  pip: "M4.5 5h15A1.5 1.5 0 0 1 21 6.5v11a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 17.5v-11A1.5 1.5 0 0 1 4.5 5ZM12 12h6v4h-6Z",
  download: "M12 4v11M7 10.5l5 5 5-5M5 20h14",
  trash: "M4 7h16M9.5 7V4.5h5V7M6 7l1 13h10l1-13M10 11v5M14 11v5",
  plus: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6L6 18",
  dash: "M6 12h12",
  check: "M5 12.5l5 5L19.5 7",
  warning: "M12 4l9 16H3L12 4ZM12 10v4.5M12 17.3v.01",
  info: "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17ZM12 11v5M12 8v.01",
  undo: "M8 5L4 9l4 4M4 9h9.5a5.5 5.5 0 0 1 0 11H9",
  redo: "M16 5l4 4-4 4M20 9h-9.5a5.5 5.5 0 0 0 0 11H15",
  share: "M12 15V4M8 7.5L12 3.5l4 4M6 11H5v9h14v-9h-1",
  copy: "M9 9h10.5v11.5H9ZM5.5 15H4.5V3.5H15V5",
  print: "M7 9V3.5h10V9M7 17H4V9.5h16V17h-3M7 14h10v6.5H7Z",
  key: "M8 10.5a4.5 4.5 0 1 1 0 7 4.5 4.5 0 0 1 0-7ZM12.5 13.5L20 6M16.5 9.5l3 3",
  eyeOff:
    "M4 4l16 16M9.9 5.7A9.6 9.6 0 0 1 12 5.5c5 0 8.5 4.5 9.5 6.5a14 14 0 0 1-3 3.9M6.3 7.6A14.6 14.6 0 0 0 2.5 12c1 2 4.5 6.5 9.5 6.5a9 9 0 0 0 4-.9M10 10a2.9 2.9 0 0 0 4 4.1",
  eye: "M2.5 12C3.5 10 7 5.5 12 5.5s8.5 4.5 9.5 6.5c-1 2-4.5 6.5-9.5 6.5S3.5 14 2.5 12ZM12 9a3 3 0 1 1 0 6 3 3 0 0 1 0-6Z",
  person: "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM4.5 20.5c.6-4 3.7-6 7.5-6s6.9 2 7.5 6",
  lock: "M6 10.5h12v10H6ZM8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5",
  away: "M3.5 3.5l17 17M5 19h12.5M5 19V9.5c0-1 .2-2 .6-2.8M8 4A7 7 0 0 1 19 9.5V16",
  bell: "M12 3.5a6 6 0 0 1 6 6c0 5 2 6.5 2 7.5H4c0-1 2-2.5 2-7.5a6 6 0 0 1 6-6ZM10 20h4",
  rectangle: "M4 6h16v12H4Z",
  draw: "M5 17L9 6l10 3-4 11-10-3ZM5 17v.01M9 6v.01M19 9v.01M15 20v.01",
  pencil: "M4 20l1-4.5L16.5 4 20 7.5 8.5 19 4 20Z",
  sun: "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
  power: "M12 3.5V12M7 6.5a7.5 7.5 0 1 0 10 0",
  motion: "M13 5a2 2 0 1 1 0 .01M9 21l2.5-6L9 12.5 10 8l3.5 1.5L17 11M14 21l-.5-4.5-2-2M6 12l1-3 3-1",
  record: "M12 4.5a7.5 7.5 0 1 1 0 15 7.5 7.5 0 0 1 0-15ZM12 9.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5Z",
  bookmark: "M7 3.5h10a1 1 0 0 1 1 1v16l-6-4.5-6 4.5v-16a1 1 0 0 1 1-1Z",
  parcel: "M12 3.5l8 4v9l-8 4-8-4v-9l8-4ZM4 7.5l8 4 8-4M12 11.5v9M8 5.5l8 4",
  mic: "M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3ZM6 11a6 6 0 0 0 12 0M12 17v4M9 21h6",
  micOff:
    "M4 4l16 16M9 9v2a3 3 0 0 0 4.6 2.5M15 11V6a3 3 0 0 0-5.7-1.3M6 11a6 6 0 0 0 9.7 4.7M17.5 13.3a6 6 0 0 0 .5-2.3M12 17v4M9 21h6",
  hangUp: "M3.5 14.5c5-4.6 12-4.6 17 0l-2.6 2.6-3.4-1.7v-2.4a9 9 0 0 0-5 0v2.4l-3.4 1.7-2.6-2.6Z",
  logout: "M10 4H5v16h5M15 8l4 4-4 4M19 12H9.5",
} as const;

export type IconName = keyof typeof SHAPES;

export function Icon({ name, size = 24 }: { name: IconName; size?: number }) {
  return (
    <svg
      class="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.9"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={SHAPES[name]} />
    </svg>
  );
}
