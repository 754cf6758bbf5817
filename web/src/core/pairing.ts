import type { Api } from "./api";
import type { KeyStore } from "./key_store";
import type { Role } from "./messages";
export interface Invite { readonly role: Role; readonly link: string; readonly expiresS: number }
/** Makes the secret, tells the camera, returns the link to show as text and QR code. */
export declare function invite(api: Api, keys: KeyStore, origin: string, role: Role): Promise<Invite>;
export declare function parsePairLink(fragmentOrLink: string): { inviteId: string; secret: Uint8Array };
/** Makes and keeps the device key (and the identity for an owner), leaves `api` signed in. */
export declare function acceptInvite(api: Api, keys: KeyStore, fragmentOrLink: string, deviceName: string): Promise<{ device: string; role: Role; cameraName: string }>;
