// SPDX-License-Identifier: Apache-2.0
//
// Why requests fail, as the API says it: RFC 9457.

/** @typedef {{field?: string, message: string}} Fault */

/** Why a request failed. */
export class ApiError extends Error {
    /**
     * @param {number} status HTTP status, 0 if there was no answer.
     * @param {string} message In words for people.
     * @param {Fault[]} [faults] What is wrong, and with which members of the
     *     request.
     */
    constructor(status, message, faults = [{ message }]) {
        super(message);
        this.name = 'ApiError';
        this.status = status;
        this.faults = faults;
    }
}

/**
 * What a problem says of members of the request (RFC 9457): of one, as
 * "field", or of several, as "errors", each with "field" or "pointer".
 *
 * @param {any} body
 * @returns {Fault[]}
 */
export function faultsOf({ detail, field, errors }) {
    const list = Array.isArray(errors) && errors.length
          ? errors : [{ detail, field }];
    return list.map((error) => ({
        field: error.field ?? (error.pointer ?? '')
            .replace(/^#?\//, '').replaceAll('/', '.').replaceAll('~1', '/')
            .replaceAll('~0', '~'),
        message: error.detail ?? error.message ?? detail,
    }));
}

/**
 * What a response that is no good says.
 *
 * @param {Response} response
 * @returns {Promise<ApiError>}
 */
export async function problem(response) {
    try {
        const body = await response.json();
        return new ApiError(response.status, body.detail, faultsOf(body));
    } catch {
        return new ApiError(response.status, 'the API answered with status '
                            + response.status + ' ' + response.statusText);
    }
}
