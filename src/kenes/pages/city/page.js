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
