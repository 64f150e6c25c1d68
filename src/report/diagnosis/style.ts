// The look of the diagnosis page: system fonts, light and dark, nothing from elsewhere.

export const pageStyle = `
:root { color-scheme: light dark; --ink: #1c2430; --paper: #fbfaf7; --quiet: #5c6675; --line: #d9d5cb; --mark: #c2410c; --live: #b91c1c; --goal: #2563eb; --total: #64748b; --card: #fff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e3dc; --paper: #16191e; --quiet: #9aa4b2; --line: #343b45; --mark: #fb923c; --live: #f87171; --goal: #60a5fa; --total: #94a3b8; --card: #1d2229; } }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
header, main { max-width: 1060px; margin: 0 auto; padding: 0 28px; }
header { padding-top: 36px; }
.brand { color: var(--quiet); margin: 0; }
h1 { font-size: 2rem; line-height: 1.2; margin: .2em 0 .3em; text-wrap: balance; }
h2 { font-size: 1.1rem; margin: 2em 0 .5em; }
h3 { font-size: 1rem; margin: 0 0 .3em; }
.badge { background: var(--mark); color: #fff; border-radius: 4px; padding: 2px 9px; font-weight: 600; }
.chain { padding-left: 0; list-style: none; border-left: 3px solid var(--line); }
.chain li { padding: .35em 0 .35em 16px; }
.chain .role { display: inline-block; min-width: 6.5em; font-weight: 600; color: var(--live); }
.chain .explains .role { color: var(--goal); }
.chain .contradicts { color: var(--quiet); }
.chain .contradicts .role { color: var(--quiet); }
figure { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 14px; overflow-x: auto; }
figcaption, .legend { color: var(--quiet); font-size: .9rem; }
svg { width: 100%; min-width: 640px; height: auto; display: block; }
.chart .grid { stroke: var(--line); }
.chart .tick { fill: var(--quiet); font-size: 12px; }
.chart polyline { fill: none; stroke-width: 2; }
.chart .live { stroke: var(--live); stroke-width: 2.5; } .chart .goal { stroke: var(--goal); stroke-dasharray: 4 3; } .chart .total { stroke: var(--total); }
.chart .profile circle { fill: var(--mark); stroke: var(--card); stroke-width: 2; }
.legend { display: flex; gap: 22px; flex-wrap: wrap; list-style: none; padding: 0; margin: 8px 0 0; }
.legend li::before { content: ""; display: inline-block; width: 18px; height: 3px; margin-right: 7px; vertical-align: middle; background: var(--total); }
.legend .live::before { background: var(--live); } .legend .goal::before { background: var(--goal); } .legend .profile::before { background: var(--mark); width: 9px; height: 9px; border-radius: 50%; }
.flame text { font: 11.5px ui-monospace, monospace; fill: #1c2430; pointer-events: none; }
.flame .culprit rect { fill: #ea580c; } .flame .culprit text { fill: #fff; font-weight: 700; }
.flame .f0 rect { fill: #e7dfc8; } .flame .f1 rect { fill: #dbe5d0; } .flame .f2 rect { fill: #d3e2e4; } .flame .f3 rect { fill: #e2d9e8; }
.flame .f4 rect { fill: #ecd9d0; } .flame .f5 rect { fill: #d9dde9; } .flame .f6 rect { fill: #e9e3d9; } .flame .f7 rect { fill: #d6e4da; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 10px 12px; overflow-x: auto; margin: .4em 0; font: 13.5px/1.5 ui-monospace, monospace; }
.source span { display: block; white-space: pre; tab-size: 4; } .source i { color: var(--quiet); font-style: normal; user-select: none; }
.source .hit { background: color-mix(in srgb, var(--mark) 22%, transparent); border-left: 3px solid var(--mark); margin-left: -12px; padding-left: 9px; }
code { font: .92em ui-monospace, monospace; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; } th, td { text-align: left; padding: 5px 10px 5px 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
.finding { border-left: 4px solid var(--line); padding: 2px 0 2px 14px; margin: 0 0 1.2em; } .finding p { margin: .2em 0; color: var(--quiet); }
.finding.warning { border-color: var(--mark); } .finding.error { border-color: var(--live); }
details { margin: 1.5em 0; } summary { cursor: pointer; }
`
