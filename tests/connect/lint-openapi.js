// SPDX-License-Identifier: Apache-2.0
//
// Usage: node lint-openapi.js FILE
//
// Prints what Redocly's linter has to say about an OpenAPI document.  Exits
// with status 1 if that is anything.
"use strict";

const { createConfig, lint } = require("@redocly/openapi-core");

async function main(file) {
    const config = await createConfig({
        extends: ["recommended"],
        // Where a server is, and who has written it, is up to who runs it.
        rules: { "info-license": "off", "no-server-example.com": "off" } });
    const problems = await lint({ ref: file, config });

    for (const { severity, ruleId, message, location } of problems) {
        console.log(`${location[0].pointer}: ${severity}: ${ruleId}: ` +
                    message);
    }
    process.exitCode = problems.length ? 1 : 0;
}

main(process.argv[2]);
