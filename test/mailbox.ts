import { simpleParser } from 'mailparser';
import { createMailbox, type SmtpRefusal } from '../simulator/mailbox.ts';

/** What a mail server on loopback took. */
export interface Mail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly from: string;
  readonly messageId: string;
  readonly raw: string;
}

export interface Mailbox {
  readonly port: number;
  readonly mails: readonly Mail[];
  /** Undefined takes all again. */
  refuse(refusal: SmtpRefusal | undefined): void;
  close(): Promise<void>;
}

/** The simulator's mail server on a free port, with what it gets taken apart. */
export async function startMailbox(): Promise<Mailbox> {
  const mails: Mail[] = [];
  const mailbox = createMailbox({
    port: 0,
    clock: Date.now,
    async arrived({ raw }) {
      const { subject = '', text = '', html, from, messageId = '' } = await simpleParser(raw);
      mails.push({ subject, text, html: html || '', from: from?.text ?? '', messageId, raw });
    },
  });
  await mailbox.start();
  return {
    port: mailbox.port(),
    mails,
    refuse: (refusal) => mailbox.refuse(refusal ?? 'none'),
    close: () => mailbox.stop(),
  };
}
