// SPDX-License-Identifier: Apache-2.0
//
// Server-sent events over fetch(), for EventSource cannot send a token in a
// header.  When the connection is lost, it is made again, and the server is
// asked for what was missed.

/** @typedef {import('./api-types.js').ApiEvent} ApiEvent */
/** @typedef {import('./api-client.js').ApiError} ApiError */

/** The server shows a sign of life every 15 seconds. */
const SILENCE_MS = 40000;

/** Between attempts, in milliseconds: the last one again and again. */
const BACKOFF_MS = [250, 500, 1000, 2000, 5000];

/**
 * Takes the text of a stream apart.
 */
export class EventParser {
    /** @param {(event: ApiEvent) => void} onEvent */
    constructor(onEvent) {
        this.onEvent = onEvent;
        this.rest = '';
        this.lastId = '';
    }

    /** @param {string} text Any part of the stream. */
    push(text) {
        this.rest += text;
        for (;;) {
            const end = this.rest.indexOf('\n\n');
            if (end < 0) {
                break;
            }
            this.block(this.rest.slice(0, end));
            this.rest = this.rest.slice(end + 2);
        }
    }

    /** @param {string} block Lines up to an empty one. */
    block(block) {
        let type = 'message';
        let data = '';
        for (const line of block.split('\n')) {
            const [, name, value] = /^([a-z]*):? ?(.*)$/.exec(line) ?? [];
            if (name === 'event') {
                type = value;
            } else if (name === 'id') {
                this.lastId = value;
            } else if (name === 'data') {
                data += value;
            }
        }
        if (data) {
            this.onEvent({ type, id: this.lastId, data: JSON.parse(data) });
        }
    }
}

export class EventStream {
    /**
     * @param {(headers: Record<string, string>, signal: AbortSignal) =>
     *     Promise<ReadableStream<Uint8Array>>} open
     * @param {object} handlers
     * @param {(event: ApiEvent) => void} handlers.onEvent
     * @param {(state: 'live'|'lost', error?: ApiError) => void}
     *     [handlers.onState] Called when a connection is there or is lost.
     */
    constructor(open, { onEvent, onState }) {
        this.open = open;
        this.onState = onState;
        this.parser = new EventParser(onEvent);
        this.closed = false;
        this.attempts = 0;
        this.wake = () => {};
        this.controller = new AbortController();
        this.run();
    }

    close() {
        this.closed = true;
        this.controller.abort();
        this.wake();
    }

    /** Tries at once, if it waits for the next attempt. */
    retry() {
        this.wake();
    }

    async run() {
        while (!this.closed) {
            try {
                await this.read();
            } catch (error) {
                if (!this.closed) {
                    this.onState?.('lost', /** @type {ApiError} */ (error));
                }
            }
            if (!this.closed) {
                await this.pause();
            }
        }
    }

    /** Returns when it is time for the next attempt. */
    pause() {
        const n = Math.min(this.attempts++, BACKOFF_MS.length - 1);
        return new Promise((resolve) => {
            const timer = setTimeout(resolve, BACKOFF_MS[n]);
            this.wake = () => {
                clearTimeout(timer);
                resolve(undefined);
            };
        });
    }

    /** Reads until the connection is lost. */
    async read() {
        this.controller = new AbortController();
        const { controller } = this;
        let silence = setTimeout(() => controller.abort(), SILENCE_MS);
        try {
            const headers = this.parser.lastId
                  ? { 'Last-Event-ID': this.parser.lastId } : {};
            const body = await this.open(/** @type {any} */ (headers),
                                         controller.signal);
            const reader = body.pipeThrough(
                /** @type {any} */ (new TextDecoderStream())).getReader();
            this.parser.rest = '';
            this.attempts = 0;
            this.onState?.('live');
            for (;;) {
                const { done, value } = await reader.read();
                if (done) {
                    throw new Error('the stream has ended');
                }
                clearTimeout(silence);
                silence = setTimeout(() => controller.abort(), SILENCE_MS);
                this.parser.push(/** @type {any} */ (value));
            }
        } finally {
            clearTimeout(silence);
            controller.abort();
        }
    }
}
