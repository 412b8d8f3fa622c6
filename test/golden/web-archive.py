"""Web archives written by warcio, the library of the Webrecorder project, and what is in them by its own reader. Writes
web-archive.json beside this file.
usage: python test/golden/web-archive.py   (warcio 1.8)
"""
import base64, gzip, io, json, pathlib
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

english = '<html><head><title>The river</title></head><body><p>' + 'The river rises in the hills and runs to the sea. ' * 6 + '</p></body></html>'
chinese = '<html><head><meta charset="gbk"><title>河流</title></head><body><p>' + '河水从山里流出来，一直流到海里去。' * 14 + '</p></body></html>'


def chunked(body):
    pieces = [body[i:i + 100] for i in range(0, len(body), 100)]
    return b''.join(b'%x\r\n%s\r\n' % (len(piece), piece) for piece in pieces) + b'0\r\n\r\n'


def page(writer, url, body, status='200 OK', headers=(('Content-Type', 'text/html'),)):
    http = StatusAndHeaders(status, list(headers), protocol='HTTP/1.1')
    writer.write_record(writer.create_warc_record(url, 'response', payload=io.BytesIO(body), http_headers=http))


def crawl(packed, version):
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=packed, warc_version=version)
    writer.write_record(writer.create_warcinfo_record('crawl.warc', {'software': 'warcio'}))
    request = StatusAndHeaders('GET / HTTP/1.1', [('Host', 'a.test')], is_http_request=True)
    writer.write_record(writer.create_warc_record('http://a.test/', 'request', http_headers=request))
    page(writer, 'http://a.test/', english.encode())
    page(writer, 'http://a.test/zh', chinese.encode('gbk'))
    packed_body = gzip.compress(english.replace('The river', 'The packed river').encode(), mtime=0)
    page(writer, 'http://a.test/packed', chunked(packed_body), headers=[('Content-Type', 'text/html; charset=utf-8'), ('Content-Encoding', 'gzip'), ('Transfer-Encoding', 'chunked')])
    page(writer, 'http://a.test/plain', 'Just a line.\n'.encode(), headers=[('Content-Type', 'text/plain')])
    page(writer, 'http://a.test/gone', b'<p>gone', status='404 Not Found')
    page(writer, 'http://a.test/cat.png', bytes(range(256)) * 8, headers=[('Content-Type', 'image/png')])
    return out.getvalue()


def wet():
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True)
    writer.write_record(writer.create_warcinfo_record('crawl.warc.wet', {'software': 'warcio'}))
    for url, text in [('http://a.test/', 'The river\nrises in the hills.'), ('http://a.test/zh', '河水从山里流出来。')]:
        writer.write_record(writer.create_warc_record(url, 'conversion', payload=io.BytesIO(text.encode()), warc_content_type='text/plain'))
    return out.getvalue()


files = {'crawl.warc.gz': crawl(True, '1.0'), 'crawl.warc': crawl(False, '1.1'), 'crawl.warc.wet.gz': wet()}
records = {name: [[r.rec_type, r.rec_headers.get('WARC-Target-URI'), len(r.content_stream().read())] for r in ArchiveIterator(io.BytesIO(data))]
           for name, data in files.items()}
golden = dict(files={name: base64.b64encode(data).decode() for name, data in files.items()}, records=records, english=english, chinese=chinese)
path = pathlib.Path(__file__).with_name('web-archive.json')
path.write_text(json.dumps(golden, ensure_ascii=False) + '\n')
print(path.stat().st_size, json.dumps(records))
