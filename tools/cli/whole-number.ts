import { UserError } from '../../ml/core/errors.ts';

/** Reads the value of a flag. @throws UserError if it is no whole number from 0 on. */
export const wholeNumber = (flag: string) => (text: string) => {
  if (/^\d+$/.test(text)) return Number(text);
  throw new UserError(`${flag} ${text}: expected a whole number`);
};
