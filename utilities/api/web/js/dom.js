// SPDX-License-Identifier: Apache-2.0
//
// Elements.  Text is always text here: nothing in these modules turns a string
// into elements.

const SVG = 'http://www.w3.org/2000/svg';

/** @typedef {Node|string|number|null|undefined|false|Child[]} Child */

/**
 * @param {Element} element
 * @param {Object<string, any>} properties
 */
function set(element, properties) {
    for (const [name, value] of Object.entries(properties)) {
        if (name.startsWith('on')) {
            element.addEventListener(name.slice(2), value);
        } else if (value === true) {
            element.setAttribute(name, '');
        } else if (value !== false && value !== null && value !== undefined) {
            element.setAttribute(name, String(value));
        }
    }
}

/**
 * @param {Element} element
 * @param {Child[]} children
 */
function append(element, children) {
    for (const child of /** @type {any[]} */ (children).flat(Infinity)) {
        if (child !== null && child !== undefined && child !== false) {
            element.append(child);
        }
    }
}

/**
 * Makes an element: h('a', { href, class: 'x', onclick: f }, 'text', ...).
 *
 * @param {string} tag
 * @param {Object<string, any>} [properties] Attributes, and listeners as
 *     "onTYPE".
 * @param {...Child} children
 * @returns {any}
 */
export function h(tag, properties = {}, ...children) {
    const element = document.createElement(tag);
    set(element, properties);
    append(element, children);
    return element;
}

/**
 * The same for SVG.
 *
 * @param {string} tag
 * @param {Object<string, any>} [properties]
 * @param {...Child} children
 * @returns {any}
 */
export function svg(tag, properties = {}, ...children) {
    const element = document.createElementNS(SVG, tag);
    set(element, properties);
    append(element, children);
    return element;
}

/**
 * Puts children in place of what an element has.
 *
 * @param {Element} element
 * @param {...Child} children
 */
export function replace(element, ...children) {
    element.replaceChildren();
    append(element, children);
}

/**
 * The same, but leaves children alone that are like those in their place: a
 * selection in them stays, and nothing is read out again.  For children
 * without listeners.
 *
 * @param {Element} element
 * @param {...Child} children
 */
export function refresh(element, ...children) {
    const fresh = document.createElement('div');
    append(fresh, children);
    const old = [...element.childNodes];
    const now = [...fresh.childNodes];
    for (const [i, child] of now.entries()) {
        if (!old[i]) {
            element.append(child);
        } else if (!old[i].isEqualNode(child)) {
            old[i].replaceWith(child);
        }
    }
    for (const child of old.slice(now.length)) {
        child.remove();
    }
}

/**
 * Changes an element's text, if it is another one: what has not changed is
 * neither drawn nor read out again.
 *
 * @param {Element} element
 * @param {string|number} text
 */
export function setText(element, text) {
    if (element.textContent !== String(text)) {
        element.textContent = String(text);
    }
}

/**
 * Children of an element that stand for items, each of which is made once and
 * then updated in place.
 *
 * @template T
 */
export class KeyedList {
    /**
     * @param {Element} parent
     * @param {(item: T) => string} key
     * @param {(item: T) => {element: any, update: (item: T) => void}}
     *     create Also updates.
     */
    constructor(parent, key, create) {
        this.parent = parent;
        this.key = key;
        this.create = create;
        /** @type {Map<string, {element: any,
         *                      update: (item: T) => void}>} */
        this.parts = new Map();
    }

    /** @param {T[]} items In order. */
    update(items) {
        const old = this.parts;
        this.parts = new Map();
        let next = this.parent.firstElementChild;
        for (const item of items) {
            const key = this.key(item);
            const part = old.get(key) ?? this.create(item);
            old.delete(key);
            this.parts.set(key, part);
            part.update(item);
            if (part.element === next) {
                next = part.element.nextElementSibling;
            } else {
                this.parent.insertBefore(part.element, next);
            }
        }
        for (const part of old.values()) {
            part.element.remove();
        }
    }
}
