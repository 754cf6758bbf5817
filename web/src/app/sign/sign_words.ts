/** Every word of the sign and of the neighbour's sheet: to translate them, add a language here. */

export interface SignWords {
  readonly title: string;
  readonly runBy: (name: string) => string;
  readonly why: string;
  readonly what: string;
  readonly recordsMotion: string;
  readonly recordsBell: string;
  readonly bellOnly: string;
  /** Null: how long is not known. */
  readonly kept: (hours: number | null) => string;
  readonly sound: string;
  readonly soundRecorded: string;
  readonly soundMessages: string;
  readonly never: string;
  readonly rights: (contact: string) => string;
  readonly seen: string;
  readonly black: string;
  readonly drawing: (percent: number) => string;
  readonly madeAt: (date: string, digest: string) => string;
  readonly sheetTitle: (camera: string) => string;
  readonly sheetLead: string;
  readonly sheetPicture: string;
  readonly sheetFacts: {
    readonly made: string;
    readonly drawing: string;
    readonly key: string;
    readonly signature: string;
  };
  readonly sheetCheck: string;
  readonly sheetSteps: readonly string[];
  readonly sheetHonest: string;
  readonly signedBy: string;
}

const daysOrHours = (hours: number) =>
  hours % 24 === 0
    ? hours === 24
      ? "one day"
      : `${hours / 24} days`
    : hours === 1
      ? "one hour"
      : `${hours} hours`;

const en: SignWords = {
  title: "A camera is at this door",
  runBy: (name) => `It belongs to ${name}.`,
  why: "It shows the people of this house who is at their door.",
  what: "It sees the bright part of the drawing. All the rest is black before anything is looked at or stored.",
  recordsMotion: "It records when somebody comes to the door or rings.",
  recordsBell: "It records when somebody rings.",
  bellOnly: "It looks only when you ring, for one minute, and records nothing.",
  kept: (hours) =>
    `Recordings are locked to a key of the owner’s and stay in this house. ${hours === null ? "They are deleted when their time is over" : `They are deleted once the camera has run ${daysOrHours(hours)} more`}; the owner can keep one that is needed for longer.`,
  sound: "Sound is never recorded. You are heard only while somebody of the house talks with you.",
  soundRecorded: "Sound is recorded: what you say here is in the recording.",
  soundMessages:
    "Sound is recorded only if you leave a message, which a voice asks you for. Otherwise you are heard only while somebody of the house talks with you.",
  never: "No face recognition, no cloud, nobody else can watch.",
  rights: (contact) =>
    `You may ask what there is of you, get a copy, and have it deleted. You get an answer within a month: ${contact}`,
  seen: "It sees this",
  black: "Always black",
  drawing: (percent) => `Drawing of what the camera sees: ${percent} % of its picture`,
  madeAt: (date, digest) => `As of ${date} · drawing ${digest}`,
  sheetTitle: (camera) => `What the camera “${camera}” sees`,
  sheetLead:
    "This is the camera’s own picture with nobody in it. What is black here is black for everybody, before anything is looked at or stored.",
  sheetPicture: "The camera’s picture with nobody in it; the hidden part is black",
  sheetFacts: {
    made: "Made",
    drawing: "Fingerprint of the drawing",
    key: "Fingerprint of the owner’s key",
    signature: "Signature",
  },
  sheetCheck: "How to check it",
  sheetSteps: [
    "Ask the owner for the file that belongs to this sheet: coverage.json.",
    "Take it apart: jq -j .statement coverage.json > statement; jq -r .key coverage.json > key.pem; jq -r .signature coverage.json | base64 -d > signature",
    "Check the signature: openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in statement -sigfile signature",
    "Check the drawing: jq -j .mask statement | sha256sum gives the fingerprint of the drawing on this sheet.",
    "Any later day, ask the owner to make this sheet again: the same fingerprint is the same drawing.",
  ],
  sheetHonest:
    "The signature says that a device of the owner’s said this on that day. It does not prove what the camera does; the software is open, and its owner can show you its own checks.",
  signedBy: "Signed by hand, date",
};

export const SIGN_LANGUAGES: Readonly<Record<string, SignWords>> = { en };

/** In the browser's language where it was translated, else in English. */
export function signWords(language: string = navigator.language): SignWords {
  return SIGN_LANGUAGES[language.split("-")[0] ?? "en"] ?? en;
}
