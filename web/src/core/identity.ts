export declare function createIdentity(): Promise<string>;
export declare function recipientOf(identity: string): Promise<string>;
export interface RecoverySheet { readonly identity: string; readonly recipient: string; /** groups of 5 characters, 4 to a line */ readonly lines: readonly (readonly string[])[]; readonly text: string }
export declare function recoverySheet(identity: string, cameraName: string, cameraId: string): Promise<RecoverySheet>;
/** The identity from typed or pasted text, tolerant of spaces, line breaks and case; raises FormatError saying what is wrong. */
export declare function parseIdentity(typed: string): Promise<string>;
