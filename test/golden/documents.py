"""Writes documents.json: small Parquet and PDF files of other programs, in base64, with what they say.

    pip install pyarrow==26.0.1 reportlab && python test/golden/documents.py

Each file is under 4 kB. The PDFs use fonts that every reader has (not embedded), so the Chinese one needs a predefined CMap.
"""

import base64
import io
import json
import pathlib

import pyarrow as pa
import pyarrow.parquet as pq
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas

rows = [{"title": f"第{i}篇", "正文": f"春眠不觉晓 {i}，spring sleep {i % 3}", "n": i, "parts": ["一", str(i)]} for i in range(25)]
rows[3]["正文"] = None
table = pa.Table.from_pylist(rows)


def parquet(**options):
    out = io.BytesIO()
    pq.write_table(table, out, row_group_size=10, store_schema=False, **options)
    return base64.b64encode(out.getvalue()).decode()


def pdf(font, lines, title):
    out = io.BytesIO()
    page = canvas.Canvas(out, invariant=True)
    page.setTitle(title)
    for number in range(2):
        page.setFont(font, 14)
        for i, line in enumerate(lines):
            page.drawString(72, 720 - 20 * i, f"{line} {number + 1}")
        page.showPage()
    page.save()
    return base64.b64encode(out.getvalue()).decode()


pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
pathlib.Path(__file__).with_suffix(".json").write_text(
    json.dumps(
        {
            "rows": rows,
            "parquet": {
                name: parquet(**options)
                for name, options in {
                    "snappy": {"compression": "snappy"},
                    "zstd, plain, version 2 pages": {
                        "compression": "zstd",
                        "use_dictionary": False,
                        "data_page_version": "2.0",
                    },
                    "uncompressed": {"compression": "none"},
                }.items()
            },
            "pdf": {
                "english": pdf("Helvetica", ["It was the best of times,", "it was the worst of times:"], "Two Cities"),
                "chinese": pdf("STSong-Light", ["春眠不觉晓，", "处处闻啼鸟。"], "春晓"),
            },
        },
        ensure_ascii=False,
    )
    + "\n"
)
