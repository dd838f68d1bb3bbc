type Values = { [name: string]: unknown };

/**
 * The values of a form by the types of its controls: numbers as numbers (empty: left out), single check boxes as
 * booleans, check boxes with a value as a list, `data-optional` left out when empty; "a.b" makes nested objects.
 */
export function readForm(form: HTMLFormElement): Values {
  const values: Values = {};
  for (const control of Array.from(form.elements)) {
    if (control instanceof HTMLInputElement) readInput(values, control);
    else if (control instanceof HTMLTextAreaElement || control instanceof HTMLSelectElement) {
      readText(values, control.name, control.value, control.dataset.optional !== undefined, control.disabled);
    }
  }
  return values;
}

function readInput(values: Values, control: HTMLInputElement): void {
  if (!control.name || control.disabled || control.type === "submit" || control.type === "file") return;
  if (control.type === "radio") {
    if (control.checked) put(values, control.name, control.value);
  } else if (control.type === "checkbox") {
    if (!control.hasAttribute("value")) put(values, control.name, control.checked);
    else append(values, control.name, control.checked ? control.value : null);
  } else if (control.type === "number") {
    if (control.value !== "") put(values, control.name, control.valueAsNumber);
  } else readText(values, control.name, control.value, control.dataset.optional !== undefined, false);
}

function readText(values: Values, name: string, value: string, optional: boolean, disabled: boolean): void {
  if (!name || disabled || (optional && value.trim() === "")) return;
  put(values, name, value);
}

function append(values: Values, name: string, value: string | null): void {
  const list = get(values, name);
  const kept = Array.isArray(list) ? list : [];
  put(values, name, value === null ? kept : [...kept, value]);
}

function get(values: Values, name: string): unknown {
  return name.split(".").reduce<unknown>((at, key) => (at as Values | undefined)?.[key], values);
}

function put(values: Values, name: string, value: unknown): void {
  const keys = name.split(".");
  const last = keys.pop() as string;
  let at = values;
  for (const key of keys) {
    at[key] ??= {};
    at = at[key] as Values;
  }
  at[last] = value;
}
