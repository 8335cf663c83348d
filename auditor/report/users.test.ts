import { describe, expect, it } from 'vitest';
import { readSettings, refusalOf } from '../../test/auditor-settings.ts';
import { mailFor } from '../notify/smtp.ts';

describe('a user of the settings', () => {
  it('gets reports at an address of their own; others theirs with the owner', () => {
    const { settings } = readSettings(
      '[smtp]',
      'EmailUser = me@qq.com',
      'EmailTo = owner@qq.com',
      '[user.alice]',
      'MailTo = alice@qq.com, alice@gmail.com',
      'ArchiveToken = hers-alone',
      '[user.bob]',
      'Note = no mail',
    );
    expect(settings.reportUsers).toEqual([
      { user: 'alice', mailTo: ['alice@qq.com', 'alice@gmail.com'], archiveToken: 'hers-alone' },
    ]);
    expect(mailFor(settings, 'alice')?.to).toEqual(['alice@qq.com', 'alice@gmail.com']);
    expect(mailFor(settings, 'bob')?.to).toEqual(['owner@qq.com']);
  });

  it('gets theirs where the owner wants none', () => {
    const { settings } = readSettings('[smtp]', 'EmailUser = me@qq.com', '[user.alice]', 'MailTo = alice@qq.com');
    expect(mailFor(settings, 'alice')?.to).toEqual(['alice@qq.com']);
    expect(mailFor(settings, 'default')).toBeUndefined();
  });

  it('is told what is wrong, without a secret', () => {
    const message = refusalOf(
      '[server]',
      'ArchiveToken = hunter2-hunter2',
      '[user.alice]',
      'MailTo = hunter2',
      'ArchiveToken = hunter2-hunter2',
      '[user.bob]',
      'ArchiveToken = bobs-token',
      '[user.default]',
      'MailTo = me@qq.com',
    );
    expect(message.split('\n')).toEqual([
      'ServerSetting.ini:4: [user.alice] MailTo: must be a mail address such as name@qq.com',
      'ServerSetting.ini:7: [user.bob] ArchiveToken: needs a MailTo: only who gets reports of their own has an archive',
      'ServerSetting.ini:8: [user.default]: is the owner: set EmailTo in [smtp] and ArchiveToken in [server] instead',
      "ServerSetting.ini:5: [user.alice] ArchiveToken: is somebody else's too; make a new one",
    ]);
    expect(message).not.toContain('hunter2');
  });
});
