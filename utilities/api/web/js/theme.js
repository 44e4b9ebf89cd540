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

export function applyTheme() {
    document.documentElement.dataset.theme = current();
}

/** A button that changes it. */
export function themeButton() {
    const button = h('button', {
        type: 'button', class: 'quiet', onclick: () => {
            localStorage.setItem(STORAGE_KEY,
                                 current() === 'dark' ? 'light' : 'dark');
            update();
        },
    });
    const update = () => {
        applyTheme();
        setText(button, current() === 'dark' ? 'Light' : 'Dark');
    };
    dark.addEventListener('change', update);
    update();
    return button;
}
