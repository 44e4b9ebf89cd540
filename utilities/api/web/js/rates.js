// SPDX-License-Identifier: Apache-2.0
//
// From counters to rates.  Gateways report their counters every few seconds,
// and this page reads them at other times, so a rate is what came since the
// counter last moved, and lasts until it moves again or has stood still for
// long.

/** Longer than gateways wait between reports: their default is 15 seconds. */
const STILL_MS = 35000;

/** @typedef {{rx: number, tx: number}} Pair Bytes, or bytes per second. */

export class Rate {
    constructor() {
        /** @type {(Pair & {at: number})|null} */
        this.last = null;
        /** @type {Pair|undefined} */
        this.value = undefined;
    }

    /**
     * @param {{rx_bytes?: number, tx_bytes?: number}} counters
     * @param {number} now Milliseconds.
     * @returns {Pair|undefined} Undefined until it is known.
     */
    update({ rx_bytes: rx, tx_bytes: tx }, now) {
        if (rx === undefined || tx === undefined) {
            return undefined;
        } else if (!this.last) {
            this.last = { rx, tx, at: now };
        } else if (rx !== this.last.rx || tx !== this.last.tx) {
            const seconds = Math.max(now - this.last.at, 1) / 1000;
            // A counter that has gone back has begun anew.
            this.value = {
                rx: (rx < this.last.rx ? rx : rx - this.last.rx) / seconds,
                tx: (tx < this.last.tx ? tx : tx - this.last.tx) / seconds,
            };
            this.last = { rx, tx, at: now };
        } else if (now - this.last.at > STILL_MS) {
            this.value = { rx: 0, tx: 0 };
        }
        return this.value;
    }
}

/** Rates of many things. */
export class Rates {
    constructor() {
        /** @type {Map<string, Rate>} */
        this.rates = new Map();
    }

    /**
     * @param {string} id
     * @param {{rx_bytes?: number, tx_bytes?: number}} counters
     * @param {number} now
     */
    update(id, counters, now) {
        let one = this.rates.get(id);
        if (!one) {
            one = new Rate();
            this.rates.set(id, one);
        }
        return one.update(counters, now);
    }

    /**
     * Forgets all others.
     *
     * @param {{has: (id: string) => boolean}} ids
     */
    keep(ids) {
        for (const id of this.rates.keys()) {
            if (!ids.has(id)) {
                this.rates.delete(id);
            }
        }
    }
}
