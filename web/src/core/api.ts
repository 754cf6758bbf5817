import type { Bytes } from "./bytes";
import type { Signer } from "./jws";
import type { Action, CameraEvent, CameraState, Commands, Hello, ListedClip, ListedEpoch, Me, Role, Session } from "./messages";
import type { FetchRange } from "./ranges";
export interface Watching { close(): void }
export interface EventHandlers { state(state: CameraState): void; event(event: CameraEvent): void; connection?(isConnected: boolean): void }
export interface ApiOptions { fetch?: typeof fetch; origin?: string; timeLimitMs?: number }
/** Every route of section 8; calls that need a session log in again silently by the device key and try once more. */
export declare class Api {
  constructor(options?: ApiOptions);
  /** Set once the device key is loaded or made; null forgets it. */
  setSigner(signer: Signer | null): void;
  hello(): Promise<Hello>;
  nonce(): Promise<string>;
  claim(jws: string): Promise<{ device: string }>;
  pair(jws: string): Promise<{ device: string; role: Role; sealed_identity: string | null; camera_name: string }>;
  login(): Promise<Me>;
  session(): Promise<Me>;
  logout(): Promise<void>;
  sessions(): Promise<readonly Session[]>;
  revokeSession(id: string): Promise<void>;
  state(): Promise<CameraState>;
  events(handlers: EventHandlers): Watching;
  command<A extends Action>(action: A, args: Commands[A]["args"]): Promise<Commands[A]["result"]>;
  openLive(offerSdp: string): Promise<{ viewer: string; answerSdp: string; livesS: number | null }>;
  closeLive(viewer: string, options?: { keepalive?: boolean }): Promise<void>;
  clips(): Promise<readonly ListedClip[]>;
  clipRanges(id: string): FetchRange;
  thumbnail(id: string): Promise<Bytes>;
  epochs(): Promise<readonly ListedEpoch[]>;
  journalFile(epoch: number): Promise<Bytes>;
}
