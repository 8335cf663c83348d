# Installs the exporter on Windows, or brings it up to date. In ASCII alone: not every download says how it is encoded.
#
#   irm URL-OF-THIS | iex                                            from the newest release
#   & ([scriptblock]::Create((irm URL-OF-THIS))) -From URL|FILE      from another folder with SHA256SUMS and archives,
#                                                                    or from an archive that has SHA256SUMS beside it
#
# The archive is held to SHA256SUMS before anything is unpacked. Settings stay as they are.
param(
    # Written by `npm run dist`.
    [string]$From = '@RELEASES@',
    [string]$To = (Join-Path $env:LOCALAPPDATA 'FlowCollect')
)

# A scope of its own: what is set here ends with it.
& {
    $ErrorActionPreference = 'Stop'
    # Windows PowerShell downloads far slower while it shows how far it is.
    $ProgressPreference = 'SilentlyContinue'
    [Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12

    if ($From.StartsWith('@')) { throw 'this script is not of a release: name one with -From URL|FILE' }
    $processor = if ($env:PROCESSOR_ARCHITECTURE -eq 'ARM64' -or $env:PROCESSOR_ARCHITEW6432 -eq 'ARM64') { 'arm64' } else { 'amd64' }
    $work = Join-Path ([IO.Path]::GetTempPath()) ([Guid]::NewGuid())
    # What it gives back would stand for its last part alone in Windows PowerShell.
    New-Item -ItemType Directory -Path $work | Out-Null
    try {
        $given = $null
        if (Test-Path -LiteralPath $From -PathType Leaf) {
            $given = Split-Path -Leaf $From
            $From = Split-Path -Parent (Resolve-Path -LiteralPath $From)
        }
        $fetch = {
            param($name)
            $file = Join-Path $work $name
            if ($From -match '^https?://') { Invoke-WebRequest -UseBasicParsing -Uri "$From/$name" -OutFile $file }
            else { Copy-Item -LiteralPath (Join-Path $From $name) -Destination $file }
            $file
        }
        $pattern = "^([0-9a-f]{64})  (flowcollect-.*-device-windows-$processor\.tar\.gz)$"
        $line = Get-Content -LiteralPath (& $fetch 'SHA256SUMS') | Where-Object { $_ -match $pattern } | Select-Object -First 1
        if (-not ($line -match $pattern)) { throw "SHA256SUMS names no archive for windows-$processor" }
        $sum = $Matches[1]
        $known = $Matches[2]
        if ($given -and $given -ne $known) { throw "this device wants $known, not $given" }
        $archive = & $fetch $known
        if ((Get-FileHash -Algorithm SHA256 -LiteralPath $archive).Hash -ne $sum) {
            throw "$known is not what SHA256SUMS says, and was not installed: fetch it again"
        }
        New-Item -ItemType Directory -Force -Path $To | Out-Null
        $program = Join-Path $To 'flowcollect.exe'
        # A program that runs can be renamed, not written over.
        if (Test-Path -LiteralPath $program) { Move-Item -Force -LiteralPath $program -Destination "$program.old" }
        # That of Windows (10, 1803 or later): the one of Git takes C: for the name of a machine.
        & (Join-Path ([Environment]::SystemDirectory) 'tar.exe') -xzf $archive -C $To
        if ($LASTEXITCODE -ne 0 -or -not (Test-Path -LiteralPath $program)) {
            if (Test-Path -LiteralPath "$program.old") { Move-Item -Force -LiteralPath "$program.old" -Destination $program }
            throw "$known could not be unpacked into $To"
        }
        Write-Host "installed $(& $program version): $program"
        Write-Host ''
        Write-Host "  cd '$To'"
        Write-Host '  .\flowcollect.exe init device --code FC1-...'
        Write-Host '  .\flowcollect.exe service install --user'
    }
    finally {
        Remove-Item -Recurse -Force -LiteralPath $work
    }
}
