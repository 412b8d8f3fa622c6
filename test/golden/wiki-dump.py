"""A small dump of pages as MediaWiki exports them (schema 0.11), plain and packed by bzip2 as a file of one stream and of several, as
`pages-articles-multistream` is. Its pages are our own words. Writes wiki-dump.json beside this file.
usage: python test/golden/wiki-dump.py
"""
import base64, bz2, json, pathlib
from xml.sax.saxutils import escape

river = """{{Infobox river|name=River|length={{convert|5|km}}}}
'''Rivers''' carry [[water]] from the [[mountain|hills]] to the sea.<ref name="a">{{cite|[[x]]}}</ref> A small one is a ''brook''.

== Course ==
{| class="wikitable"
! head
|-
| cell [[link]] {{x|}}
|}
[[File:River.jpg|thumb|A [[river]] in spring]]
* the upper course is steep,
* the lower one is broad &ndash; and slow.

=== Floods ===
In spring [https://example.org/snow the snow] melts<!-- when? -->.

== References ==
{{reflist}}

[[Category:Rivers]]
[[zh:河流]]
"""
stream = """'''河流'''是-{zh-hans:陆地;zh-hant:陸地;}-上流动的水，从[[山|山里]]流到海里。{{le|源头|Source}}在高处。
== 参见 ==
[[Category:河流]]
"""
pages = [('River', 0, river, None), ('Rivers', 0, '#REDIRECT [[River]]', 'River'), ('Talk:River', 1, 'Nice & <short>.', None), ('河流', 0, stream, None)]
body = ['<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="en">\n  <siteinfo><sitename>Test</sitename><namespaces><namespace key="0" /></namespaces></siteinfo>\n']
for i, (title, ns, text, target) in enumerate(pages):
    redirect = f'    <redirect title="{target}" />\n' if target else ''
    body.append(f'  <page>\n    <title>{escape(title)}</title>\n    <ns>{ns}</ns>\n    <id>{i + 1}</id>\n{redirect}    <revision><id>{i + 9}</id><text bytes="{len(text.encode())}" xml:space="preserve">{escape(text)}</text></revision>\n  </page>\n')
body.append('</mediawiki>\n')
parts = [part.encode() for part in body]
files = {'w-pages-articles.xml': b''.join(parts), 'w-pages-articles.xml.bz2': bz2.compress(b''.join(parts)), 'w-pages-articles-multistream.xml.bz2': b''.join(bz2.compress(part, 1) for part in parts)}
path = pathlib.Path(__file__).with_name('wiki-dump.json')
path.write_text(json.dumps({name: base64.b64encode(data).decode() for name, data in files.items()}) + '\n')
print(path.stat().st_size)
