// SPDX-License-Identifier: Apache-2.0
//
// WireGuard key pairs, made where they are used: the private key never leaves
// the browser but in the configuration that its user takes away.

/** @typedef {{privateKey: string, publicKey: string}} KeyPair In base64. */

/** @param {string} text RFC 4648, section 5. */
function fromBase64Url(text) {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    return Uint8Array.from(binary, (c) => c.charCodeAt(0));
}

/** @param {Uint8Array} bytes */
function toBase64(bytes) {
    return btoa(String.fromCharCode(...bytes));
}

/** Whether makeKeyPair() can work here, as far as that is known. */
export function canMakeKeys() {
    return globalThis.crypto?.subtle !== undefined;
}

/**
 * Makes a key pair.
 *
 * @returns {Promise<KeyPair>}
 */
export async function makeKeyPair() {
    const pair = /** @type {CryptoKeyPair} */ (
        await crypto.subtle.generateKey({ name: 'X25519' }, true,
                                        ['deriveBits']));
    const jwk = await crypto.subtle.exportKey('jwk', pair.privateKey);
    const secret = fromBase64Url(/** @type {string} */ (jwk.d));
    // As "wg genkey" writes it (RFC 7748, section 5); the public key of what
    // was there before is the same.
    secret[0] &= 248;
    secret[31] = (secret[31] & 127) | 64;
    const privateKey = toBase64(secret);
    secret.fill(0);
    return {
        privateKey,
        publicKey: toBase64(fromBase64Url(/** @type {string} */ (jwk.x))),
    };
}

/**
 * Writes keys into a configuration for wg-quick in which they are missing.
 *
 * @param {string} config
 * @param {{privateKey?: string, psk?: string}} keys
 */
export function fillIn(config, { privateKey, psk }) {
    /** @type {Array<[string, string|undefined]>} */
    const lines = [['PrivateKey', privateKey], ['PresharedKey', psk]];
    for (const [name, key] of lines) {
        if (key) {
            const line = new RegExp('(?:^#.* key stayed with .*\\n)?^' + name
                                    + ' = .*$', 'm');
            config = config.replace(line, () => name + ' = ' + key);
        }
    }
    return config;
}
