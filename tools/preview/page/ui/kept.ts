/** How the page is set up, kept in this tab: the page is loaded anew with each change of the project. */
export const kept = {
  /** A choice among some; the first one if nothing, or something else, is kept. */
  choice<Value extends string>(name: string, values: readonly [Value, ...Value[]]): Value {
    const found = sessionStorage.getItem(name);
    return values.find((value) => value === found) ?? values[0];
  },
  isOn: (name: string): boolean => sessionStorage.getItem(name) === 'true',
  set: (name: string, value: string | boolean): void => sessionStorage.setItem(name, String(value)),
};
