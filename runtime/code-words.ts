import { type Language, type Text, translate } from '../core/language.ts';

/** What codes of the system mean (errno(3)), and those of HTTP, TLS and mail clients. */
const CODE_WORDS: ReadonlyMap<string, Text> = new Map([
  ['ECONNREFUSED', { zh: '无人监听', en: 'nothing listens there' }],
  ['ECONNRESET', { zh: '连接被对方断开', en: 'the connection was cut' }],
  ['ENOTFOUND', { zh: '域名无法解析', en: 'the name does not resolve' }],
  ['EDNS', { zh: '域名无法解析', en: 'the name does not resolve' }],
  ['EAI_AGAIN', { zh: '域名暂时无法解析', en: 'the name does not resolve for now' }],
  ['ETIMEDOUT', { zh: '超时', en: 'no answer in time' }],
  ['ABORT_ERR', { zh: '超时', en: 'no answer in time' }],
  ['UND_ERR_CONNECT_TIMEOUT', { zh: '超时', en: 'no answer in time' }],
  ['CERT_HAS_EXPIRED', { zh: '证书已过期', en: 'the certificate has expired' }],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', { zh: '证书是自签的', en: 'the certificate is self-signed' }],
  ['ERR_TLS_CERT_ALTNAME_INVALID', { zh: '证书不是这个域名的', en: 'the certificate is of another name' }],
  ['EHOSTUNREACH', { zh: '网络不通', en: 'no way there' }],
  ['ENETUNREACH', { zh: '网络不通', en: 'no way there' }],
  ['EACCES', { zh: '没有权限', en: 'not permitted' }],
  ['EPERM', { zh: '没有权限', en: 'not permitted' }],
  ['ENOENT', { zh: '不存在', en: 'there is none' }],
  ['EEXIST', { zh: '已存在', en: 'it is there already' }],
  ['ENOTDIR', { zh: '上级不是目录', en: 'a part of its path is no folder' }],
  ['ENOSPC', { zh: '磁盘已满', en: 'the disk is full' }],
  ['EDQUOT', { zh: '磁盘配额已满', en: 'the quota of the disk is used up' }],
  ['EROFS', { zh: '文件系统只读', en: 'the file system is read-only' }],
]);

/** A text for people: before each code of the system that stands alone in brackets is put what it means. */
export function codesInWords(text: string, language: Language): string {
  return text.replace(/([(（])([A-Z][A-Z_]+)(?=[)）])/g, (whole, bracket: string, code: string) => {
    const words = CODE_WORDS.get(code);
    return words === undefined
      ? whole
      : `${bracket}${translate(words, language)}${language === 'zh' ? '，' : ', '}${code}`;
  });
}
