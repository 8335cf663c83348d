/** Where the settings of a whole machine are. */
export const SETTINGS_FOLDER = '/etc/flowcollect';

/** The settings file that a command reads by default, on both hosts: the one in this folder, else that of the machine. */
export async function settingsPlace(
  name: string,
  isThere: (path: string) => Promise<boolean>,
  folder = SETTINGS_FOLDER,
): Promise<string> {
  const ofMachine = `${folder}/${name}`;
  return !(await isThere(name)) && (await isThere(ofMachine)) ? ofMachine : name;
}
