export function userCacheFolder(making: boolean): string | undefined;
