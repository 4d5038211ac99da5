"""What can go wrong between this machine and a hub, in words; never with an address, a token or an answer.

Signed addresses and tokens are secrets: a failure is raised ``from None``, so that the library's own
exception, which names the address, is in no log.
"""

from __future__ import annotations

import errno

from desktop.errors import KotonohaError

TRANSIENT_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
_SECONDS_TO_ASK_FOR = 3_600.0


class Transient(KotonohaError):  # noqa: N818 - what it is, not that it is an error
    """A failure that passes by itself: worth waiting for. ``retry_after`` is in seconds, as asked for."""

    def __init__(self, code: str, ja: str, en: str, retry_after: float | None = None) -> None:
        super().__init__(code, ja, en)
        self.retry_after = retry_after


def unreachable() -> Transient:
    """No connection came about: no network, no such host, nobody listening."""
    return Transient(
        "hub_unreachable",
        "モデルの配布サイトにつながりません。ネットワークの接続を確かめてください。",
        "The model hub cannot be reached. Please check the network connection.",
    )


def line_lost() -> Transient:
    """The connection ended, or fell silent, in the middle."""
    return Transient("line_lost", "回線が切れました。", "The connection was lost.")


def passing(status: int, retry_after: str | None) -> Transient:
    """The server asks to come back later."""
    seconds = _seconds(retry_after)
    if status == 429:
        return Transient(
            "hub_busy",
            "配布サイトが混み合っていて、待つように言われました。",
            "The hub is busy and asked to wait.",
            seconds,
        )
    return Transient(
        "hub_unwell",
        f"配布サイトの側で問題が起きています（{status}）。",
        f"The hub has a problem of its own ({status}).",
        seconds,
    )


def refused(status: int, error_code: str, *, token: bool) -> KotonohaError:
    """Return what a status that does not pass by itself means; ``token`` says whether one was sent."""
    if error_code == "GatedRepo" or (status == 403 and error_code != "Elsewhere"):
        return gated(token=token)
    if status == 401:
        return token_refused() if token else repository_missing()
    if error_code in ("EntryNotFound", "RevisionNotFound"):
        return file_missing()
    if status in (404, 410):
        return repository_missing()
    return odd(str(status))


def gated(*, token: bool) -> KotonohaError:
    """The makers want their conditions accepted first."""
    if not token:
        return KotonohaError(
            "hub_gated",
            "このモデルは、配布サイトで利用条件に同意した人だけが使えます。サイトに登録してモデルのページで同意し、"
            "作ったトークンを設定に入れてから、もう一度お試しください。",
            "This model is only for people who accepted its conditions. Register at the hub, accept them on "
            "the model's page, put a token of yours into the settings, and try again.",
        )
    return KotonohaError(
        "hub_gated",
        "このモデルの利用条件に、まだ同意していないか、許可を待っています。モデルのページで同意してください。"
        "許可が下りたら、もう一度お試しください。",
        "You have not accepted this model's conditions yet, or wait to be admitted. Accept them on the "
        "model's page, and try again once you are admitted.",
    )


def token_refused() -> KotonohaError:
    """The token is wrong, or was revoked."""
    return KotonohaError(
        "hub_token_refused",
        "設定のトークンが受け付けられませんでした。期限が切れていないか確かめて、入れ直してください。",
        "The token in the settings was not accepted. Check whether it has expired, and enter it again.",
    )


def repository_missing() -> KotonohaError:
    """No such repository, or a private one."""
    return KotonohaError(
        "repository_missing",
        "そのモデルは配布サイトに見つかりません。名前が変わったか、削除されたか、非公開です。",
        "There is no such model at the hub. It was renamed, deleted, or is private.",
    )


def file_missing() -> KotonohaError:
    """The repository is there, the file is not."""
    return KotonohaError(
        "hub_file_missing",
        "そのファイルは配布サイトにもうありません。モデルのページで、ほかのファイルを選んでください。",
        "This file is not at the hub any more. Choose another one on the model's page.",
    )


def odd(detail: str = "") -> KotonohaError:
    """The answer is not what a hub answers. ``detail`` is a word of ours, never the server's text."""
    more_ja, more_en = (f"（{detail}）", f" ({detail})") if detail else ("", "")
    return KotonohaError(
        "hub_odd",
        f"配布サイトの返事が正しくありません{more_ja}。手元のデータは無事です。時間をおいてお試しください。",
        f"The hub's answer makes no sense{more_en}. Your data is safe. Please try again later.",
    )


def other_size() -> Transient:
    """The server speaks of other bytes than those that were asked for; perhaps the next one knows better."""
    return Transient(
        "hub_odd",
        "配布サイトの返事が、ファイルの大きさと合いません。",
        "The hub's answer does not fit the size of the file.",
    )


def redirected() -> KotonohaError:
    """One address leads to the next without end, or to where it must not."""
    return KotonohaError(
        "hub_redirects",
        "配布サイトの案内をたどりましたが、ファイルに着きませんでした。アドレスの設定を確かめてください。",
        "The hub kept sending us elsewhere, and never to the file. Check the address in the settings.",
    )


def insecure() -> KotonohaError:
    """An encrypted address leads to one that is not."""
    return KotonohaError(
        "hub_insecure",
        "安全でない（暗号化されていない）アドレスへ案内されたので、やめました。",
        "The hub led to an address without encryption, so this was stopped.",
    )


def certificate() -> KotonohaError:
    """Who answers cannot prove to be who was asked."""
    return KotonohaError(
        "hub_certificate",
        "つながった相手が本物だと確かめられなかったので、やめました。ネットワークやプロキシを確かめてください。",
        "Who answered could not prove to be the hub, so this was stopped. Check the network or the proxy.",
    )


def proxy_unusable() -> KotonohaError:
    """The address of the proxy makes no sense, or it turned us away."""
    return KotonohaError(
        "proxy_unusable",
        "プロキシを使えません。http:// で始まるアドレスと、名前とパスワードを確かめてください。",
        "The proxy cannot be used. Check its address, which begins with http://, its user and password.",
    )


def endpoint_unusable() -> KotonohaError:
    """The address of the hub makes no sense."""
    return KotonohaError(
        "endpoint_unusable",
        "配布サイトのアドレスが正しくありません。https:// で始まるアドレスを入れてください。",
        "The address of the hub makes no sense. It begins with https://.",
    )


def name_unusable() -> KotonohaError:
    """A repository or a file has a name that could lead out of its folder."""
    return KotonohaError(
        "hub_name_unusable",
        "名前に使えない文字があるため、このファイルは取り込みません。",
        "This file is not fetched, because its name cannot be used.",
    )


def damaged(*, proven: bool) -> KotonohaError:
    """The bytes are not those that the hub promised, a second time."""
    if proven:
        return KotonohaError(
            "download_damaged",
            "受け取った内容が、配布サイトの示す値と二度とも合いませんでした。ファイルは使わずに捨てました。"
            "時間をおいて、もう一度お試しください。",
            "Twice, what came was not what the hub had announced. The file was thrown away unused. "
            "Please try again later.",
        )
    return KotonohaError(
        "disk_unreliable",
        "書いた内容がディスクから正しく読めません。別の場所に保存してください。",
        "What was written does not come back right from the disk. Please choose another place.",
    )


def exists(name: str) -> KotonohaError:
    """Another file has this name; it is left alone."""
    return KotonohaError(
        "file_exists",
        f"「{name}」という別のファイルがすでにあります。それには触れていません。名前を変えるか移してから、お試しください。",
        f"There is another file called “{name}”. It was not touched. Rename or move it, then try again.",
    )


def busy(name: str) -> KotonohaError:
    """Another process is fetching the same file."""
    return KotonohaError(
        "download_elsewhere",
        f"「{name}」は、いま別のところでダウンロードしています。",
        f"“{name}” is being downloaded somewhere else at this moment.",
    )


def no_room(needed: int, free: int) -> KotonohaError:
    """The disk has no room for the file; both figures in bytes."""
    return KotonohaError(
        "disk_full",
        f"ディスクの空きが足りません。{needed / 1e9:.1f} GB が要りますが、空きは {free / 1e9:.1f} GB です。"
        "空きを増やしてから、もう一度お試しください。",
        f"There is not enough room on the disk: {needed / 1e9:.1f} GB are needed, {free / 1e9:.1f} GB are "
        "free. Free some space and try again.",
    )


def from_disk(error: OSError) -> KotonohaError:
    """Return what the file system said, for people."""
    if error.errno == errno.EFBIG:
        return KotonohaError(
            "file_too_large",
            "保存先のドライブの形式では、これほど大きなファイルを置けません（FAT32 は 4 GB まで）。"
            "別のドライブを選んでください。",
            "The drive's format cannot hold a file this large (FAT32 ends at 4 GB). Choose another drive.",
        )
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return KotonohaError(
            "disk_full",
            "ディスクがいっぱいになりました。ここまでの分は残してあります。空きを増やしてから「再開」を押してください。",
            "The disk is full. What has come so far is kept. Free some space, then resume.",
        )
    return KotonohaError(
        "folder_unwritable",
        f"保存先に書き込めません（{error.strerror}）。フォルダーの権限や、ドライブの接続を確かめてください。",
        f"Nothing can be written there ({error.strerror}). Check the folder's permissions and its drive.",
    )


def _seconds(retry_after: str | None) -> float | None:
    """Return the seconds of a ``Retry-After`` header; a date, or nonsense, is None."""
    text = (retry_after or "").strip()
    if not (text.isascii() and text.isdigit()):
        return None
    return min(float(text[:9]), _SECONDS_TO_ASK_FOR)
