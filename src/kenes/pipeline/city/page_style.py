"""Style and script of the page of a measured city: one file, no outside request."""

# ruff: noqa: E501  (rules of style and lines of script read better whole)

from __future__ import annotations

from kenes.pages.figures.svg import ACCENT, INK, LINE, SOFT, WASH, mixed

UNKNOWN = "#d5d5d5"
_DARK = "#073c47"
COLOURS = (mixed("#ffffff", ACCENT, 0.1), mixed("#ffffff", ACCENT, 0.32), mixed("#ffffff", ACCENT, 0.56), mixed("#ffffff", ACCENT, 0.8), _DARK)  # fmt: skip

STYLE = f"""
:root{{color-scheme:light}}*{{box-sizing:border-box}}
body{{font:16px/1.5 Inter,system-ui,'Noto Sans','DejaVu Sans',sans-serif;margin:0 auto;max-width:1080px;padding:1.5rem 1.25rem 3rem;color:{INK};background:#fff;overflow-wrap:break-word}}
h1{{font-size:clamp(1.6rem,5vw,2.3rem);line-height:1.15;margin:0 0 .35rem;letter-spacing:-.01em}}h2{{font-size:1.3rem;line-height:1.25;margin:2.8rem 0 .5rem}}h3{{font-size:1.02rem;margin:1.6rem 0 .4rem}}
p{{margin:.4rem 0;max-width:70ch}}.kicker{{color:{ACCENT};font-weight:600;margin:0}}.soft,.lead{{color:{SOFT}}}.lead span:not(:last-child)::after{{content:" · "}}
.note{{border-left:4px solid {ACCENT};background:{WASH};padding:.6rem .9rem;margin:1rem 0}}
.short{{display:grid;grid-template-columns:minmax(0,5fr) minmax(0,6fr);gap:1rem 2.5rem;margin:1.5rem 0 0;border-top:1px solid {LINE};padding-top:1.2rem}}
.big b{{display:block;font-size:clamp(3rem,11vw,4.6rem);line-height:1;letter-spacing:-.03em;font-weight:650;color:{ACCENT};margin-bottom:.4rem}}.big p{{font-size:1.12rem;margin:.2rem 0}}.big .soft{{font-size:.9rem}}
.bar{{display:block;height:.55rem;background:{LINE};border-radius:2px;overflow:hidden}}.bar i{{display:block;height:100%;background:{ACCENT}}}
.more{{list-style:none;margin:0;padding:0}}.more li{{padding:.5rem 0;border-bottom:1px solid {LINE}}}.more li:first-child{{padding-top:0}}.more b{{font-size:1.25rem;font-variant-numeric:tabular-nums}}.more .bar{{margin:.25rem 0}}
select{{font:inherit;color:inherit;max-width:100%;width:34rem;padding:.35rem .5rem;border:1px solid {SOFT};border-radius:4px;background:#fff;display:block;margin-top:.2rem}}
figure{{margin:.8rem 0 0;display:flex;flex-wrap:wrap;gap:.3rem 1.8rem}}.drawn{{display:block;width:100%;height:auto;background:{WASH};border:1px solid {LINE}}}:focus-visible{{outline:3px solid {ACCENT};outline-offset:2px}}
.cell{{stroke:#fff;stroke-width:.4}}.cell.at{{stroke:{INK};stroke-width:3;paint-order:stroke}}.street{{fill:none;stroke:{SOFT};stroke-width:.5;stroke-opacity:.55;pointer-events:none}}.district{{fill:none;stroke:{INK};stroke-width:1;stroke-dasharray:4 3;pointer-events:none}}
.edge{{fill:none;stroke:{INK};stroke-width:1.8;pointer-events:none}}.reach{{fill:{ACCENT};fill-opacity:.35;stroke:none}}.halo,.low,.high{{fill:none;stroke-linecap:round;pointer-events:none}}.halo{{stroke:#fff}}.low{{stroke:{INK};stroke-width:2.2}}.halo.l{{stroke-width:3.4}}.low.many{{stroke-width:1.4}}.halo.many{{stroke:none}}.high{{stroke:{INK};stroke-width:8}}.halo.h{{stroke-width:11}}.high.many{{stroke-width:4.5}}.halo.h.many{{stroke:#fff;stroke-width:6.5}}
.wide{{display:block}}.drawing{{flex:1 1 30rem;min-width:0}}figcaption{{flex:1 1 16rem}}.scale{{margin-top:.4rem;min-width:2rem;border:1.5px solid {INK};border-top:0;height:.45rem}}.scale+span{{display:block;font-size:.85rem;line-height:1.3}}
.read{{min-height:3em;margin:0 0 .6rem;max-width:32rem}}.read.told{{font-weight:600}}.key{{display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;margin:.4rem 0;padding:0;list-style:none;font-size:.9rem}}.key li{{display:flex;align-items:center;gap:.4rem}}.key svg{{flex:none}}
table{{border-collapse:collapse;width:100%;font-size:.93rem;margin:.6rem 0}}caption{{text-align:left;color:{SOFT}}}th,td{{padding:.4rem .9rem .4rem 0;text-align:left;vertical-align:top;border-bottom:1px solid {LINE}}}th{{font-weight:600}}thead>tr>*{{vertical-align:bottom;border-bottom:1.5px solid {INK};font-size:.87rem;line-height:1.3}}
td.n,th.n{{text-align:right;font-variant-numeric:tabular-nums}}td.n{{white-space:nowrap}}td.n.words{{white-space:normal}}tr.main>*{{font-weight:650}}tr.whole>*{{border-top:1.5px solid {INK};font-weight:600}}
.meant{{display:block;font-weight:400;color:{SOFT};font-size:.9rem;max-width:62ch}}tr.variant th{{font-weight:400;padding-left:1.2rem}}.of{{width:38%}}.remark{{width:32%;font-size:.88rem;color:{SOFT}}}tr.several>*{{border-bottom:0}}
.facts{{columns:2 22rem;column-gap:2.5rem}}.facts section{{break-inside:avoid;margin:0 0 1rem}}.facts h3{{margin:.4rem 0 .2rem}}ul{{margin:.2rem 0;padding-left:1.1rem}}footer{{margin-top:2.5rem;border-top:1px solid {LINE};padding-top:.4rem;font-size:.9rem;color:{SOFT}}}
@media(max-width:640px){{.short{{grid-template-columns:minmax(0,1fr)}}.stack,.stack tbody,.stack tr,.stack th,.stack td{{display:block;width:auto}}.stack thead{{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}}.stack tr{{padding:.55rem 0;border-bottom:1px solid {LINE}}}.stack tr>*{{border:0!important;padding:.12rem 0}}.stack td,.stack td.n{{display:flex;justify-content:space-between;gap:1rem;text-align:right;white-space:normal}}.stack td[data-of]::before{{content:attr(data-of);color:{SOFT};text-align:left;font-weight:400}}.stack td:empty{{display:none}}.stack td.remark{{display:block;text-align:left}}.stack tr.variant{{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 1rem}}.stack tr.variant th{{padding-left:.8rem;flex:1 1 55%}}.stack tr.variant td.n::before{{content:none}}.stack tr.variant td.remark{{flex:1 1 100%;padding-left:.8rem}}.stack td.barred{{display:block}}.stack td.barred::before{{content:none}}}}
@media screen{{.title{{display:none}}}}@media print{{.title{{font-weight:600}}body{{max-width:none;padding:0;font-size:10.5pt}}h2{{break-after:avoid}}tr,.short,figure,li{{break-inside:avoid}}.choose,.read{{display:none}}.bar i,.cell,.key svg,.reach{{print-color-adjust:exact;-webkit-print-color-adjust:exact}}figure{{display:block}}.drawing{{max-width:15cm!important}}a{{color:inherit}}}}
"""

SCRIPT = """
const data=JSON.parse(document.getElementById('layers').textContent),map=document.getElementById('map'),cells=[...map.querySelectorAll('.cell')],key=document.getElementById('key'),read=document.getElementById('read'),choice=document.getElementById('choice');
let layer,at=-1;
function tell(i){if(i<0)return;if(at>=0)cells[at].classList.remove('at');at=i;cells[i].classList.add('at');read.classList.add('told');read.textContent=data.names[i]+': '+layer.texts[layer.at[i]]}
function swatch(colour,text){const l=document.createElement('li'),s=document.createElementNS('http://www.w3.org/2000/svg','svg'),r=document.createElementNS('http://www.w3.org/2000/svg','rect');s.setAttribute('width',18);s.setAttribute('height',14);for(const[k,v]of Object.entries({width:18,height:14,fill:colour,stroke:'#4d5f65'}))r.setAttribute(k,v);s.append(r);l.append(s,text);return l}
function show(){layer=data.layers[choice.value];cells.forEach((c,i)=>c.setAttribute('fill',layer.fills[layer.at[i]]));
key.replaceChildren(...layer.key.map(([colour,text])=>swatch(colour,text)));map.setAttribute('aria-label',layer.label);document.getElementById('title').textContent=layer.title;
map.querySelectorAll('[data-stops]').forEach(g=>g.style.display=g.dataset.stops===layer.stops?'':'none');if(at>=0)tell(at)}
choice.addEventListener('change',show);show();
map.addEventListener('pointerover',e=>tell(cells.indexOf(e.target)));
map.addEventListener('keydown',e=>{const way={ArrowLeft:[-1,0],ArrowRight:[1,0],ArrowUp:[0,-1],ArrowDown:[0,1]}[e.key];if(!way)return;e.preventDefault();if(at<0)return tell(data.first);
const[x,y]=data.middle[at];let best=-1,least=Infinity;data.middle.forEach(([u,v],i)=>{const along=(u-x)*way[0]+(v-y)*way[1],off=Math.abs((u-x)*way[1])+Math.abs((v-y)*way[0]);if(along>.5&&along+2*off<least){least=along+2*off;best=i}});tell(best)});
"""
