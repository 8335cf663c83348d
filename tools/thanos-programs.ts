import type { GoModule } from './go-module.ts';

/** Thanos as `npm run scale` tries it; the replacements are those of its own go.mod. */
export const THANOS: GoModule<'thanos'> = {
  path: 'github.com/thanos-io/thanos',
  version: 'v0.36.1',
  programs: ['thanos'],
  folder: 'thanos',
  replace: [
    'github.com/bradfitz/gomemcache => github.com/themihai/gomemcache v0.0.0-20180902122335-24332e2d58ab',
    'github.com/sercand/kuberesolver/v4 => github.com/sercand/kuberesolver/v5 v5.1.1',
    'github.com/vimeo/galaxycache => github.com/thanos-community/galaxycache v0.0.0-20211122094458-3a32041a1f1e',
    'google.golang.org/grpc => google.golang.org/grpc v1.63.2',
    'gopkg.in/alecthomas/kingpin.v2 => github.com/alecthomas/kingpin v1.3.8-0.20210301060133-17f40c25f497',
    'k8s.io/klog => github.com/simonpasquier/klog-gokit v0.3.0',
    'k8s.io/klog/v2 => github.com/simonpasquier/klog-gokit/v3 v3.0.0',
  ],
};
