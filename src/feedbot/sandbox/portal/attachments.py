"""Small files to download with a story: real PDF, CSV and text, made on the spot."""

from __future__ import annotations

_MEDIA_TYPES = {"pdf": "application/pdf", "csv": "text/csv; charset=utf-8", "txt": "text/plain; charset=utf-8"}


def media_type(name: str) -> str:
    """What the file is, by its name's ending."""
    return _MEDIA_TYPES.get(name.rsplit(".", 1)[-1], "application/octet-stream")


def attachment(name: str, title: str) -> bytes:
    """The file's bytes; `title` is that of its story."""
    kind = name.rsplit(".", 1)[-1]
    if kind == "pdf":
        return _pdf("Sample attachment of the sample portal")
    if kind == "csv":
        rows = [("学校", "范围", "咨询电话"), *((f"第{n}小学", f"{n}号片区", f"0000-600000{n}") for n in range(1, 7))]
        return ("\ufeff" + "".join(",".join(row) + "\r\n" for row in rows)).encode()
    return f"{title}\n\n姓名：\n住址：\n意见：\n".encode()


def _pdf(text: str) -> bytes:
    """A page with one line, PDF 1.4 with its cross-reference table."""
    stream = f"BT /F1 18 Tf 72 760 Td ({text}) Tj ET"
    fonts = "<< /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font {fonts} >> >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
    ]
    body, offsets = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    return f"{body}xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}".encode("ascii")
