// SPDX-License-Identifier: Apache-2.0
//
// Light or dark: as the system has it, unless the user chooses.

import { h, setText } from './dom.js';

const STORAGE_KEY = 'ovn-vpn-theme';
const dark = matchMedia('(prefers-color-scheme: dark)');

function current() {
    return localStorage.getItem(STORAGE_KEY)
        ?? (dark.matches ? 'dark' : 'light');
}

/** The button that changes it. */
export const themeButton = h('button', {
    type: 'button', class: 'quiet', onclick: () => {
        localStorage.setItem(STORAGE_KEY,
                             current() === 'dark' ? 'light' : 'dark');
        applyTheme();
    },
});

export function applyTheme() {
    document.documentElement.dataset.theme = current();
    setText(themeButton, current() === 'dark' ? 'Light' : 'Dark');
}

dark.addEventListener('change', applyTheme);
