<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US" sourcelanguage="ja_JP">
<context>
    <name>Actions</name>
    <message>
        <source>対話</source>
        <translation>Chats</translation>
    </message>
    <message>
        <source>答え</source>
        <translation>Answers</translation>
    </message>
    <message>
        <source>モデルとプリセット</source>
        <translation>Models and presets</translation>
    </message>
    <message>
        <source>表示</source>
        <translation>View</translation>
    </message>
    <message>
        <source>言の葉</source>
        <translation>Kotonoha</translation>
    </message>
    <message>
        <source>新しい対話</source>
        <translation>New chat</translation>
    </message>
    <message>
        <source>対話を探す</source>
        <translation>Find a chat</translation>
    </message>
    <message>
        <source>次の一致</source>
        <translation>Next match</translation>
    </message>
    <message>
        <source>前の一致</source>
        <translation>Previous match</translation>
    </message>
    <message>
        <source>書くところへ移る</source>
        <translation>Go to the message field</translation>
    </message>
    <message>
        <source>大きな欄で書く</source>
        <translation>Write in a large field</translation>
    </message>
    <message>
        <source>次の対話</source>
        <translation>Next chat</translation>
    </message>
    <message>
        <source>前の対話</source>
        <translation>Previous chat</translation>
    </message>
    <message>
        <source>題名を変える</source>
        <translation>Rename</translation>
    </message>
    <message>
        <source>この対話をごみ箱に入れる</source>
        <translation>Move this chat to the bin</translation>
    </message>
    <message>
        <source>ピン留めする・外す</source>
        <translation>Pin or unpin</translation>
    </message>
    <message>
        <source>この対話をアーカイブする</source>
        <translation>Archive this chat</translation>
    </message>
    <message>
        <source>新しいフォルダー…</source>
        <translation>New folder…</translation>
    </message>
    <message>
        <source>印刷…</source>
        <translation>Print…</translation>
    </message>
    <message>
        <source>PDFとして保存…</source>
        <translation>Save as PDF…</translation>
    </message>
    <message>
        <source>この対話を書き出す…</source>
        <translation>Export this chat…</translation>
    </message>
    <message>
        <source>すべての対話を書き出す…</source>
        <translation>Export all chats…</translation>
    </message>
    <message>
        <source>対話を取り込む…</source>
        <translation>Import chats…</translation>
    </message>
    <message>
        <source>ごみ箱を開く</source>
        <translation>Open the bin</translation>
    </message>
    <message>
        <source>最後の操作を元に戻す</source>
        <translation>Undo the last thing done</translation>
    </message>
    <message>
        <source>答えを止める・設定を閉じる</source>
        <translation>Stop the answer, close the settings</translation>
    </message>
    <message>
        <source>最後の答えへ移る</source>
        <translation>Go to the last answer</translation>
    </message>
    <message>
        <source>最後の答えを書き直す</source>
        <translation>Answer the last question again</translation>
    </message>
    <message>
        <source>最後の答えの続きを書く</source>
        <translation>Continue the last answer</translation>
    </message>
    <message>
        <source>最後の答えをコピーする</source>
        <translation>Copy the last answer</translation>
    </message>
    <message>
        <source>枝の地図を見る</source>
        <translation>Show the map of branches</translation>
    </message>
    <message>
        <source>モデルを選ぶ</source>
        <translation>Choose a model</translation>
    </message>
    <message>
        <source>プリセットを選ぶ</source>
        <translation>Choose a preset</translation>
    </message>
    <message>
        <source>モデルを見る</source>
        <translation>Show the models</translation>
    </message>
    <message>
        <source>モデルの設定…</source>
        <translation>Model settings…</translation>
    </message>
    <message>
        <source>GGUFファイルを追加…</source>
        <translation>Add a GGUF file…</translation>
    </message>
    <message>
        <source>一覧をたたむ・ひらく</source>
        <translation>Fold or unfold the list</translation>
    </message>
    <message>
        <source>文字を大きく</source>
        <translation>Larger text</translation>
    </message>
    <message>
        <source>文字を小さく</source>
        <translation>Smaller text</translation>
    </message>
    <message>
        <source>文字を元の大きさに</source>
        <translation>Text in its usual size</translation>
    </message>
    <message>
        <source>明るい配色と暗い配色を切り替える</source>
        <translation>Switch between light and dark</translation>
    </message>
    <message>
        <source>設定を開く</source>
        <translation>Open the settings</translation>
    </message>
    <message>
        <source>したいことを探す</source>
        <translation>Find what to do</translation>
    </message>
    <message>
        <source>キー操作の一覧</source>
        <translation>List of shortcuts</translation>
    </message>
    <message>
        <source>今すぐ控えを作る</source>
        <translation>Back up now</translation>
    </message>
    <message>
        <source>控えの一覧・控えから戻す…</source>
        <translation>Backups, and going back to one…</translation>
    </message>
    <message>
        <source>新しいウィンドウ</source>
        <translation>New window</translation>
    </message>
    <message>
        <source>ウィンドウを閉じる</source>
        <translation>Close window</translation>
    </message>
    <message>
        <source>終了</source>
        <translation>Quit</translation>
    </message>
</context>
<context>
    <name>AdapterList</name>
    <message>
        <source>アダプターを追加…</source>
        <translation>Add an adapter…</translation>
    </message>
    <message>
        <source>「{name}」の強さ</source>
        <translation>Strength of “{name}”</translation>
    </message>
    <message>
        <source>強さ。1 が元のまま、0 では効きません</source>
        <translation>Strength: 1 as it was made, 0 without effect</translation>
    </message>
    <message>
        <source>「{name}」を外す</source>
        <translation>Remove “{name}”</translation>
    </message>
</context>
<context>
    <name>Announcer</name>
    <message>
        <source>答えを書いています。</source>
        <translation>An answer is being written.</translation>
    </message>
    <message>
        <source>答えが終わりました。</source>
        <translation>The answer is finished.</translation>
    </message>
</context>
<context>
    <name>AnswerDialog</name>
    <message>
        <source>調べています…</source>
        <translation>Looking…</translation>
    </message>
    <message>
        <source>閉じる</source>
        <translation>Close</translation>
    </message>
    <message>
        <source>モデルを読み込んでいます… {percent} %</source>
        <translation>Loading the model… {percent} %</translation>
    </message>
</context>
<context>
    <name>AnswerView</name>
    <message>
        <source>要約して続ける</source>
        <translation>Go on with a summary</translation>
    </message>
    <message>
        <source>古い部分を省いて続ける</source>
        <translation>Leave out the oldest part</translation>
    </message>
    <message>
        <source>質問を編集</source>
        <translation>Edit the question</translation>
    </message>
    <message>
        <source>もう一度</source>
        <translation>Try again</translation>
    </message>
    <message>
        <source>続ける</source>
        <translation>Continue</translation>
    </message>
    <message>
        <source>考えたことをコピー</source>
        <translation>Copy the thoughts</translation>
    </message>
    <message>
        <source>答えを3つ作る</source>
        <translation>Make three answers</translation>
    </message>
    <message>
        <source>答えをもう3つ作る</source>
        <translation>Make three more answers</translation>
    </message>
    <message>
        <source>答えを並べる</source>
        <translation>Compare answers</translation>
    </message>
    <message>
        <source>ほかの候補を見る</source>
        <translation>See the alternatives</translation>
    </message>
    <message>
        <source>モデルに渡した文</source>
        <translation>What the model was given</translation>
    </message>
    <message>
        <source>ここで止めました</source>
        <translation>Stopped here</translation>
    </message>
    <message>
        <source>長さの上限に達しました</source>
        <translation>The length limit was reached</translation>
    </message>
    <message>
        <source>同じ言葉をくり返し始めたため、ここで止めました</source>
        <translation>Stopped here because it began to repeat itself</translation>
    </message>
    <message>
        <source>途中で途切れました。ここまでの文章は残っています</source>
        <translation>Interrupted. The text so far is kept</translation>
    </message>
    <message>
        <source>途中で途切れました</source>
        <translation>Interrupted</translation>
    </message>
    <message>
        <source>答えを作れませんでした</source>
        <translation>No answer could be made</translation>
    </message>
    <message>
        <source>M月d日 H:mm</source>
        <translation>M/d H:mm</translation>
    </message>
    <message>
        <source>yyyy年M月d日</source>
        <translation>yyyy-MM-dd</translation>
    </message>
</context>
<context>
    <name>AnswerViews</name>
    <message>
        <source>ほかの答えが書き終わるのを待っています…</source>
        <translation>Waiting for another answer to finish…</translation>
    </message>
</context>
<context>
    <name>App</name>
    <message>
        <source>控えに戻しました。</source>
        <translation>The backup has been restored.</translation>
    </message>
    <message>
        <source>前のデータは {name} として残しています。</source>
        <translation> The data from before is kept as {name}.</translation>
    </message>
</context>
<context>
    <name>AttachmentChip</name>
    <message>
        <source>注意があります</source>
        <translation>Please note</translation>
    </message>
    <message>
        <source>、</source>
        <translation>, </translation>
    </message>
    <message>
        <source>押すと、中を見られます</source>
        <translation>Press to look inside</translation>
    </message>
    <message>
        <source>「{name}」を外す</source>
        <translation>Remove “{name}”</translation>
    </message>
</context>
<context>
    <name>AttachmentChips</name>
    <message>
        <source>添えたファイル</source>
        <translation>Attached files</translation>
    </message>
</context>
<context>
    <name>AttachmentView</name>
    <message>
        <source>文字コード</source>
        <translation>Encoding</translation>
    </message>
    <message>
        <source>全部を使う</source>
        <translation>Use all of it</translation>
    </message>
    <message>
        <source>モデルに渡す文章</source>
        <translation>The text that the model is given</translation>
    </message>
    <message>
        <source>閉じる</source>
        <translation>Close</translation>
    </message>
    <message numerus="yes">
        <source>%n 字</source>
        <translation>
            <numerusform>%n character</numerusform>
            <numerusform>%n characters</numerusform>
        </translation>
    </message>
    <message>
        <source>先頭だけを使います</source>
        <translation>only the beginning is used</translation>
    </message>
    <message>
        <source>（長いので、ここに見せるのは先頭だけです）</source>
        <translation>(It is long; only its beginning is shown here)</translation>
    </message>
</context>
<context>
    <name>Attachments</name>
    <message>
        <source>このままではモデルに入りきりません（{count} トークン。答えの分を除くと {limit} まで）。短くするか、分けて送るか、モデルの設定でコンテキストを長くしてください。</source>
        <translation>This does not fit into the model ({count} tokens; beside the answer there is room for {limit}). Shorten it, send it in parts, or set a longer context in the model’s settings.</translation>
    </message>
    <message>
        <source>このままではモデルに入りきりません（{count} トークン。答えの分を除くと {limit} まで）。ファイルを外すか、先頭だけを使うか、モデルの設定でコンテキストを長くしてください。</source>
        <translation>This does not fit into the model ({count} tokens; beside the answer there is room for {limit}). Remove a file, use only its beginning, or set a longer context in the model’s settings.</translation>
    </message>
    <message>
        <source>先頭だけ使う</source>
        <translation>Use only the beginning</translation>
    </message>
    <message>
        <source>文章、表、PDF、Officeのファイル</source>
        <translation>Text, tables, PDF, Office files</translation>
    </message>
    <message>
        <source>添えるファイルを選ぶ</source>
        <translation>Choose files to attach</translation>
    </message>
    <message>
        <source>一度に添えられるファイルは{most}個までです。</source>
        <translation>At most {most} files can be attached at once.</translation>
    </message>
    <message>
        <source>「{name}」を外しました。</source>
        <translation>“{name}” was removed.</translation>
    </message>
    <message>
        <source>元に戻す</source>
        <translation>Undo</translation>
    </message>
    <message>
        <source>「{name}」は、もう添えてあります。</source>
        <translation>“{name}” is attached already.</translation>
    </message>
    <message>
        <source>{count} トークン</source>
        <translation>{count} tokens</translation>
    </message>
    <message>
        <source>約{count} トークン</source>
        <translation>about {count} tokens</translation>
    </message>
    <message>
        <source>先頭だけ</source>
        <translation>beginning only</translation>
    </message>
    <message>
        <source>読んでいます… {percent} %</source>
        <translation>Reading… {percent} %</translation>
    </message>
</context>
<context>
    <name>BackupDialog</name>
    <message>
        <source>控え</source>
        <translation>Backup</translation>
    </message>
    <message>
        <source>控えは、対話・プリセット・設定の写しです。新しい7つと、日・週・月ごとの1つを残します。</source>
        <translation>A backup is a copy of chats, presets and settings. The newest seven are kept, and one for each day, week and month.</translation>
    </message>
    <message>
        <source>控えの一覧</source>
        <translation>Backups</translation>
    </message>
    <message>
        <source>控えはまだありません。</source>
        <translation>There is no backup yet.</translation>
    </message>
    <message>
        <source>今すぐ作る</source>
        <translation>Back up now</translation>
    </message>
    <message>
        <source>別の場所に作る…</source>
        <translation>Back up elsewhere…</translation>
    </message>
    <message>
        <source>ファイルから戻す…</source>
        <translation>Restore from a file…</translation>
    </message>
    <message>
        <source>閉じる</source>
        <translation>Close</translation>
    </message>
    <message>
        <source>この控えに戻す…</source>
        <translation>Restore this backup…</translation>
    </message>
    <message>
        <source>合言葉つき</source>
        <translation>with a passphrase</translation>
    </message>
    <message>
        <source>控えを作りました: {path}</source>
        <translation>Backed up: {path}</translation>
    </message>
    <message>
        <source>控えを作っています…</source>
        <translation>Backing up…</translation>
    </message>
    <message>
        <source>控えを作る場所を選ぶ</source>
        <translation>Choose where to back up</translation>
    </message>
    <message>
        <source>控えのファイルを選ぶ</source>
        <translation>Choose a backup file</translation>
    </message>
    <message>
        <source>言の葉の控え (*.db *.sealed)</source>
        <translation>Kotonoha backups (*.db *.sealed)</translation>
    </message>
    <message>
        <source>控えに戻す</source>
        <translation>Restore the backup</translation>
    </message>
    <message>
        <source>対話・プリセット・設定を、控え「{name}」のときの状態に戻します。

いまのデータは消さずに、別の名前で残します。書きかけの答えは止まり、言の葉の画面を開き直します。</source>
        <translation>Chats, presets and settings go back to what they were in the backup “{name}”.

Today’s data is not deleted but kept under another name. Answers being written stop, and Kotonoha’s window reopens.</translation>
    </message>
    <message>
        <source>やめる</source>
        <translation>Cancel</translation>
    </message>
    <message>
        <source>暗号化しています…</source>
        <translation>Encrypting…</translation>
    </message>
</context>
<context>
    <name>Banner</name>
    <message>
        <source>閉じる</source>
        <translation>Close</translation>
    </message>
</context>
<context>
    <name>BinDialog</name>
    <message>
        <source>ごみ箱</source>
        <translation>Bin</translation>
    </message>
    <message>
        <source>元に戻す</source>
        <translation>Restore</translation>
    </message>
    <message>
        <source>閉じる</source>
        <translation>Close</translation>
    </message>
    <message>
        <source>完全に消す…</source>
        <translation>Erase…</translation>
    </message>
    <message>
        <source>消した対話と枝は30日間ここにあり、元に戻せます。</source>
        <translation>Deleted chats and branches stay here for 30 days and can be restored.</translation>
    </message>
    <message>
        <source>ごみ箱の対話と枝</source>
        <translation>Chats and branches in the bin</translation>
    </message>
    <message>
        <source>ごみ箱を空にする…</source>
        <translation>Empty the bin…</translation>
    </message>
    <message>
        <source>新しい対話</source>
        <translation>New chat</translation>
    </message>
    <message>
        <source>{date} に消した対話</source>
        <translation>Chat deleted on {date}</translation>
    </message>
    <message>
        <source>{date} に消した枝</source>
        <translation>Branch deleted on {date}</translation>
    </message>
    <message numerus="yes">
        <source>あと%n日</source>
        <translation>
            <numerusform>%n day left</numerusform>
            <numerusform>%n days left</numerusform>
        </translation>
    </message>
    <message>
        <source>まもなく消えます</source>
        <translation>gone soon</translation>
    </message>
    <message numerus="yes">
        <source>選んだ %n 件を完全に消します。元には戻せません。</source>
        <translation>
            <numerusform>%n selected item will be erased. This cannot be undone.</numerusform>
            <numerusform>%n selected items will be erased. This cannot be undone.</numerusform>
        </translation>
    </message>
    <message>
        <source>完全に消す</source>
        <translation>Erase</translation>
    </message>
    <message numerus="yes">
        <source>ごみ箱の %n 件をすべて完全に消します。元には戻せません。</source>
        <translation>
            <numerusform>%n item in the bin will be erased. This cannot be undone.</numerusform>
            <numerusform>All %n items in the bin will be erased. This cannot be undone.</numerusform>
        </translation>
    </message>
    <message>
        <source>ごみ箱を空にする</source>
        <translation>Empty the bin</translation>
    </message>
    <message>
        <source>ごみ箱は空です。</source>
        <translation>The bin is empty.</translation>
    </message>
</context>
<context>
    <name>BranchMap</name>
    <message>
        <source>枝の地図</source>
        <translation>Map of branches</translation>
    </message>
    <message>
        <source>この対話に枝はありません。質問を編集したり、答えを書き直したりすると、ここに並びます。</source>
        <translation>This chat has no branches yet. Edit a question or try an answer again, and they will appear here.</translation>
    </message>
    <message numerus="yes">
        <source>枝は%n本あります。色のついた線が、いま見ている枝です。</source>
        <translation>
            <numerusform>There is %n branch. The coloured line is the one that is shown.</numerusform>
            <numerusform>There are %n branches. The coloured line is the one that is shown.</numerusform>
        </translation>
    </message>
    <message>
        <source>この枝を見る</source>
        <translation>Show this branch</translation>
    </message>
    <message>
        <source>閉じる</source>
        <translation>Close</translation>
    </message>
</context>
<context>
    <name>Branching</name>
    <message>
        <source>質問を編集</source>
        <translation>Edit the question</translation>
    </message>
    <message>
        <source>答えを編集</source>
        <translation>Edit the answer</translation>
    </message>
    <message>
        <source>送り直す</source>
        <translation>Send again</translation>
    </message>
    <message>
        <source>保存</source>
        <translation>Save</translation>
    </message>
    <message>
        <source>元の質問と答えは、別の枝としてそのまま残ります。</source>
        <translation>The old question and its answer stay as another branch.</translation>
    </message>
    <message>
        <source>元の答えは残ります。これからの会話は、書き換えた答えをもとに続きます。</source>
        <translation>The old answer stays. The conversation goes on from the edited one.</translation>
    </message>
    <message>
        <source>前に書きかけた文の続きです。</source>
        <translation>This is what you had begun to write. </translation>
    </message>
    <message>
        <source>この対話の答えを書いています。終わってから、もう一度送ってください。</source>
        <translation>An answer is being written in this chat. Please send again when it has ended.</translation>
    </message>
    <message>
        <source>答えを書き換えました。</source>
        <translation>The answer was edited.</translation>
    </message>
    <message>
        <source>枝をごみ箱に入れました。</source>
        <translation>The branch was moved to the bin.</translation>
    </message>
    <message>
        <source>ここまでを、新しい対話にしました。</source>
        <translation>Everything up to here is a new chat now.</translation>
    </message>
</context>
<context>
    <name>CatalogDetails</name>
    <message>
        <source>← 一覧に戻る</source>
        <translation>← Back to the list</translation>
    </message>
    <message>
        <source>考える</source>
        <translation>Thinks</translation>
    </message>
    <message>
        <source>元のリポジトリからの入手には、配布元での利用条件への同意が必要です。</source>
        <translation>To get it from the original repository, its terms must be agreed to there.</translation>
    </message>
    <message>
        <source>公開なし</source>
        <translation>Not published</translation>
    </message>
    <message>
        <source>このPCで動く、近いモデル</source>
        <translation>The nearest models that run here</translation>
    </message>
    <message>
        <source>使う</source>
        <translation>Use</translation>
    </message>
    <message>
        <source>このPCにあります: {name}</source>
        <translation>On this computer: {name}</translation>
    </message>
    <message>
        <source>入手する（{quantization}、{size}）</source>
        <translation>Get it ({quantization}, {size})</translation>
    </message>
    <message>
        <source>入手先</source>
        <translation>Where to get it</translation>
    </message>
    <message>
        <source>GGUF形式のファイルの場所は、まだ確かめられていません。「{name} GGUF」で探すと、有志が変換したものが見つかることがあります。元のリポジトリは次のとおりです。</source>
        <translation>Where its GGUF files are has not been checked yet. A search for “{name} GGUF” may find conversions by volunteers. The original repository is this.</translation>
    </message>
    <message>
        <source>ここから、名前に「{quantization}」が入った .gguf ファイル（{size}）をダウンロードして、「モデルを追加」で選んでください。</source>
        <translation>From here, download the .gguf file with “{quantization}” in its name ({size}), then choose it with “Add a model”.</translation>
    </message>
    <message>
        <source>大きさを選ぶ</source>
        <translation>Choose a size</translation>
    </message>
    <message>
        <source>「約」の付く大きさは、モデルの規模から計算した見込みです。</source>
        <translation>Sizes with “about” are estimates from the model’s number of parameters.</translation>
    </message>
    <message>
        <source>おすすめ</source>
        <translation>Recommended</translation>
    </message>
    <message>
        <source>動かない</source>
        <translation>Does not run</translation>
    </message>
    <message>
        <source>メモリ 約 {size}</source>
        <translation>about {size} of memory</translation>
    </message>
    <message>
        <source>入手する</source>
        <translation>Get it</translation>
    </message>
    <message>
        <source>系譜</source>
        <translation>Lineage</translation>
    </message>
    <message>
        <source>一から学習したモデルです（フルスクラッチ）。</source>
        <translation>Trained from scratch.</translation>
    </message>
    <message>
        <source>ライセンス</source>
        <translation>Licences</translation>
    </message>
    <message>
        <source>次の条件が、すべて重ねて当てはまります。</source>
        <translation>All of these terms hold together.</translation>
    </message>
    <message>
        <source>{name} から引き継がれる条件です。</source>
        <translation>Terms inherited from {name}.</translation>
    </message>
    <message>
        <source>開発元の説明: {words}</source>
        <translation>Its makers say: {words}</translation>
    </message>
    <message>
        <source>くわしい情報</source>
        <translation>Details</translation>
    </message>
    <message>
        <source>わかっていません</source>
        <translation>Not known</translation>
    </message>
    <message>
        <source>日本語を主に学んでいます</source>
        <translation>Trained mainly on Japanese</translation>
    </message>
    <message>
        <source>話せます</source>
        <translation>Speaks it</translation>
    </message>
    <message>
        <source>苦手です</source>
        <translation>Weak</translation>
    </message>
    <message>
        <source>種類</source>
        <translation>Kind</translation>
    </message>
    <message>
        <source>規模</source>
        <translation>Parameters</translation>
    </message>
    <message>
        <source>日本語</source>
        <translation>Japanese</translation>
    </message>
    <message>
        <source>言語</source>
        <translation>Language</translation>
    </message>
    <message>
        <source>コンテキスト</source>
        <translation>Context</translation>
    </message>
    <message>
        <source>{count} トークン</source>
        <translation>{count} tokens</translation>
    </message>
    <message>
        <source>質問の形式</source>
        <translation>Prompt format</translation>
    </message>
    <message>
        <source>元のリポジトリ</source>
        <translation>Original repository</translation>
    </message>
    <message>
        <source>GGUF</source>
        <translation>GGUF</translation>
    </message>
</context>
<context>
    <name>CatalogFilters</name>
    <message>
        <source>絞り込み</source>
        <translation>Filters</translation>
    </message>
    <message>
        <source>日本語に強い</source>
        <translation>Strong in Japanese</translation>
    </message>
    <message>
        <source>日本語を主に学んだモデル</source>
        <translation>Models trained mainly on Japanese</translation>
    </message>
    <message>
        <source>商用利用できる</source>
        <translation>Commercial use</translation>
    </message>
    <message>
        <source>条件付きのものも含みます</source>
        <translation>Including those with conditions</translation>
    </message>
    <message>
        <source>このPCで快適に動く</source>
        <translation>Runs well here</translation>
    </message>
    <message>
        <source>メモリに余裕があり、読むより速く答えるモデル</source>
        <translation>Models with memory to spare that answer faster than one reads</translation>
    </message>
    <message>
        <source>考えるモデル</source>
        <translation>Thinks first</translation>
    </message>
    <message>
        <source>考えてから答える、または、そうするかを選べるモデル</source>
        <translation>Models that think before they answer, or can</translation>
    </message>
</context>
<context>
    <name>CatalogList</name>
    <message>
        <source>日本語カタログのモデル</source>
        <translation>Models of the Japanese catalogue</translation>
    </message>
    <message>
        <source>Enter でくわしく見られます。</source>
        <translation>Enter shows more.</translation>
    </message>
</context>
<context>
    <name>CatalogModel</name>
    <message>
        <source>入手する</source>
        <translation>Get it</translation>
    </message>
    <message>
        <source>使う</source>
        <translation>Use</translation>
    </message>
    <message>
        <source>入手先を見る</source>
        <translation>Where to get it</translation>
    </message>
    <message>
        <source>理由を見る</source>
        <translation>Why not</translation>
    </message>
    <message>
        <source>会話用ではない · {pace}</source>
        <translation>not for chat · {pace}</translation>
    </message>
    <message>
        <source>公開なし</source>
        <translation>Not published</translation>
    </message>
    <message>
        <source>近いもの: {name}</source>
        <translation>Nearest: {name}</translation>
    </message>
    <message>
        <source>クラウドのみ</source>
        <translation>Cloud only</translation>
    </message>
</context>
<context>
    <name>CatalogPage</name>
    <message>
        <source>絞り込みを外す</source>
        <translation>Clear the filters</translation>
    </message>
    <message>
        <source>カタログを読んでいます…</source>
        <translation>Reading the catalogue…</translation>
    </message>
    <message>
        <source>この条件に合うモデルはありません。</source>
        <translation>No model fits these filters.</translation>
    </message>
    <message>
        <source>「{words}」に合うモデルはありません。</source>
        <translation>No model matches “{words}”.</translation>
    </message>
</context>
<context>
    <name>CatalogWords</name>
    <message>
        <source>商用可</source>
        <translation>Commercial use</translation>
    </message>
    <message>
        <source>条件付きで商用可</source>
        <translation>Commercial with conditions</translation>
    </message>
    <message>
        <source>商用不可</source>
        <translation>Not commercial</translation>
    </message>
    <message>
        <source>ライセンスの内容は、まだ確かめられていません。</source>
        <translation>The licence has not been checked yet.</translation>
    </message>
    <message>
        <source>空き不足</source>
        <translation>No room</translation>
    </message>
    <message>
        <source>動く</source>
        <translation>Runs</translation>
    </message>
    <message>
        <source>とても快適</source>
        <translation>Very fast</translation>
    </message>
    <message>
        <source>快適</source>
        <translation>Good</translation>
    </message>
    <message>
        <source>ぎりぎり</source>
        <translation>Tight</translation>
    </message>
    <message>
        <source>重い</source>
        <translation>Slow</translation>
    </message>
    <message>
        <source>動かない</source>
        <translation>Does not run</translation>
    </message>
    <message>
        <source>約 {size}</source>
        <translation>about {size}</translation>
    </message>
    <message>
        <source>約 {speed} トークン/秒</source>
        <translation>about {speed} tokens/s</translation>
    </message>
    <message>
        <source>フルスクラッチ</source>
        <translation>From scratch</translation>
    </message>
    <message>
        <source>継続事前学習</source>
        <translation>continued pre-training</translation>
    </message>
    <message>
        <source>蒸留</source>
        <translation>distilled</translation>
    </message>
    <message>
        <source>調整</source>
        <translation>tuned</translation>
    </message>
    <message>
        <source>マージ</source>
        <translation>merged</translation>
    </message>
    <message>
        <source>会話</source>
        <translation>Chat</translation>
    </message>
    <message>
        <source>基盤（会話の訓練を受けていません）</source>
        <translation>Base (not trained to chat)</translation>
    </message>
    <message>
        <source>埋め込み（意味で探すためのもの）</source>
        <translation>Embeddings (to search by meaning)</translation>
    </message>
    <message>
        <source>考えずに、すぐ答えます</source>
        <translation>Answers at once</translation>
    </message>
    <message>
        <source>考えてから答えます</source>
        <translation>Thinks before it answers</translation>
    </message>
    <message>
        <source>考えるかどうかを選べます</source>
        <translation>Can think first</translation>
    </message>
    <message>
        <source>{total}（一度に計算するのは {active}）</source>
        <translation>{total} ({active} active at a time)</translation>
    </message>
    <message>
        <source>日本語</source>
        <translation>Japanese</translation>
    </message>
    <message>
        <source>英語</source>
        <translation>English</translation>
    </message>
    <message>
        <source>中国語</source>
        <translation>Chinese</translation>
    </message>
    <message>
        <source>韓国語</source>
        <translation>Korean</translation>
    </message>
    <message>
        <source>、</source>
        <translation>, </translation>
    </message>
</context>
<context>
    <name>ChatDesk</name>
    <message>
        <source>新しい対話</source>
        <translation>New chat</translation>
    </message>
    <message numerus="yes">
        <source>%n件の対話をごみ箱に入れますか？</source>
        <translation>
            <numerusform>Move %n chat to the bin?</numerusform>
            <numerusform>Move %n chats to the bin?</numerusform>
        </translation>
    </message>
    <message>
        <source>「{title}」をごみ箱に入れました。</source>
        <translation>“{title}” was moved to the bin.</translation>
    </message>
    <message>
        <source>{count}件をごみ箱に入れました。</source>
        <translation>{count} chats were moved to the bin.</translation>
    </message>
    <message>
        <source>「{title}」をアーカイブしました。</source>
        <translation>“{title}” was archived.</translation>
    </message>
    <message>
        <source>{count}件をアーカイブしました。</source>
        <translation>{count} chats were archived.</translation>
    </message>
    <message>
        <source>フォルダーから出しました。</source>
        <translation>Removed from the folder.</translation>
    </message>
    <message numerus="yes">
        <source>%n件を「{folder}」に移しました。</source>
        <translation>
            <numerusform>Moved %n chat to “{folder}”.</numerusform>
            <numerusform>Moved %n chats to “{folder}”.</numerusform>
        </translation>
    </message>
    <message>
        <source>一覧に戻しました。</source>
        <translation>Put back into the list.</translation>
    </message>
    <message>
        <source>新しいフォルダー</source>
        <translation>New folder</translation>
    </message>
    <message>
        <source>フォルダーの名前</source>
        <translation>Name of the folder</translation>
    </message>
    <message>
        <source>作る</source>
        <translation>Make</translation>
    </message>
    <message>
        <source>フォルダーの名前を変える</source>
        <translation>Rename the folder</translation>
    </message>
    <message>
        <source>変える</source>
        <translation>Rename</translation>
    </message>
    <message>
        <source>「{folder}」をなくしました。中の対話は一覧にあります。</source>
        <translation>“{folder}” is gone. Its chats are in the list.</translation>
    </message>
    <message>
        <source>題名を変える</source>
        <translation>Rename</translation>
    </message>
    <message numerus="yes">
        <source>選んだ対話 %n件</source>
        <translation>
            <numerusform>%n chat selected</numerusform>
            <numerusform>%n chats selected</numerusform>
        </translation>
    </message>
    <message>
        <source>ピン留めを外す</source>
        <translation>Unpin</translation>
    </message>
    <message>
        <source>ピン留めする</source>
        <translation>Pin</translation>
    </message>
    <message>
        <source>アーカイブから戻す</source>
        <translation>Unarchive</translation>
    </message>
    <message>
        <source>アーカイブする</source>
        <translation>Archive</translation>
    </message>
    <message>
        <source>書き出す…</source>
        <translation>Export…</translation>
    </message>
    <message>
        <source>ごみ箱に入れる</source>
        <translation>Move to the bin</translation>
    </message>
    <message>
        <source>ごみ箱に入れる…</source>
        <translation>Move to the bin…</translation>
    </message>
    <message>
        <source>フォルダーに入れる</source>
        <translation>Move to folder</translation>
    </message>
    <message>
        <source>フォルダーから出す</source>
        <translation>Remove from the folder</translation>
    </message>
    <message>
        <source>新しいフォルダー…</source>
        <translation>New folder…</translation>
    </message>
    <message>
        <source>タグ</source>
        <translation>Tags</translation>
    </message>
    <message>
        <source>新しいタグ…</source>
        <translation>New tag…</translation>
    </message>
    <message>
        <source>新しいタグ</source>
        <translation>New tag</translation>
    </message>
    <message>
        <source>タグの名前</source>
        <translation>Name of the tag</translation>
    </message>
    <message>
        <source>付ける</source>
        <translation>Add</translation>
    </message>
    <message>
        <source>名前を変える…</source>
        <translation>Rename…</translation>
    </message>
    <message>
        <source>上へ</source>
        <translation>Move up</translation>
    </message>
    <message>
        <source>下へ</source>
        <translation>Move down</translation>
    </message>
    <message>
        <source>フォルダーをなくす</source>
        <translation>Remove the folder</translation>
    </message>
</context>
<context>
    <name>ChatListView</name>
    <message>
        <source>対話の一覧</source>
        <translation>Chats</translation>
    </message>
    <message numerus="yes">
        <source>%n件</source>
        <translation>
            <numerusform>%n chat</numerusform>
            <numerusform>%n chats</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ChatModel</name>
    <message>
        <source>新しい対話</source>
        <translation>New chat</translation>
    </message>
    <message>
        <source>閉じています</source>
        <translation>folded</translation>
    </message>
    <message>
        <source>開いています</source>
        <translation>unfolded</translation>
    </message>
    <message numerus="yes">
        <source>%n件</source>
        <translation>
            <numerusform>%n chat</numerusform>
            <numerusform>%n chats</numerusform>
        </translation>
    </message>
    <message>
        <source>ピン留め</source>
        <translation>Pinned</translation>
    </message>
    <message>
        <source>アーカイブ</source>
        <translation>Archive</translation>
    </message>
    <message>
        <source>{year}年{month}月</source>
        <translation>{year}-{month:02}</translation>
    </message>
    <message>
        <source>今日</source>
        <translation>Today</translation>
    </message>
    <message>
        <source>昨日</source>
        <translation>Yesterday</translation>
    </message>
    <message>
        <source>過去7日間</source>
        <translation>Past 7 days</translation>
    </message>
    <message>
        <source>日付不明</source>
        <translation>No date</translation>
    </message>
</context>
<context>
    <name>ChatPage</name>
    <message>
        <source>一覧をたたむ・ひらく</source>
        <translation>Fold or unfold the list</translation>
    </message>
    <message>
        <source>プリセット</source>
        <translation>Preset</translation>
    </message>
    <message>
        <source>モデル</source>
        <translation>Model</translation>
    </message>
    <message>
        <source>枝の地図</source>
        <translation>Map of branches</translation>
    </message>
</context>
<context>
    <name>Choices</name>
    <message>
        <source>プリセットなし</source>
        <translation>No preset</translation>
    </message>
    <message>
        <source>GGUFファイルを選ぶ</source>
        <translation>Choose a GGUF file</translation>
    </message>
    <message>
        <source>GGUFモデル (*.gguf)</source>
        <translation>GGUF models (*.gguf)</translation>
    </message>
    <message>
        <source>「{name}」を追加しました。</source>
        <translation>“{name}” was added.</translation>
    </message>
    <message>
        <source>モデルを選ぶ</source>
        <translation>Choose a model</translation>
    </message>
    <message>
        <source>モデルを準備中…</source>
        <translation>Preparing a model…</translation>
    </message>
    <message>
        <source>{name} を使っています。</source>
        <translation>Using {name}.</translation>
    </message>
    <message>
        <source>お試しモデルを準備しています… {percent} %</source>
        <translation>Preparing the trial model… {percent} %</translation>
    </message>
    <message>
        <source>はじめに、モデルの .gguf ファイルを一つ追加してください。</source>
        <translation>To begin, add one .gguf file of a model.</translation>
    </message>
    <message>
        <source>モデルの設定…</source>
        <translation>Model settings…</translation>
    </message>
    <message>
        <source>GGUFファイルを追加…</source>
        <translation>Add a GGUF file…</translation>
    </message>
</context>
<context>
    <name>ChoosePath</name>
    <message>
        <source>すべてのファイル (*)</source>
        <translation>All files (*)</translation>
    </message>
    <message>
        <source>開く</source>
        <translation>Open</translation>
    </message>
    <message>
        <source>選ぶ</source>
        <translation>Choose</translation>
    </message>
    <message>
        <source>保存</source>
        <translation>Save</translation>
    </message>
</context>
<context>
    <name>CodeButtons</name>
    <message>
        <source>コピー</source>
        <translation>Copy</translation>
    </message>
    <message>
        <source>コードをコピー</source>
        <translation>Copy code</translation>
    </message>
    <message>
        <source>保存</source>
        <translation>Save</translation>
    </message>
    <message>
        <source>コードをファイルに保存</source>
        <translation>Save code to a file</translation>
    </message>
    <message>
        <source>コピーしました</source>
        <translation>Copied</translation>
    </message>
</context>
<context>
    <name>Composer</name>
    <message>
        <source>メッセージ</source>
        <translation>Message</translation>
    </message>
    <message>
        <source>メッセージを書く</source>
        <translation>Write a message</translation>
    </message>
    <message>
        <source>ファイルを添える</source>
        <translation>Attach files</translation>
    </message>
    <message>
        <source>大きな欄で書く</source>
        <translation>Write in a large field</translation>
    </message>
    <message>
        <source>Enterで送信、Shift+Enterで改行</source>
        <translation>Enter to send, Shift+Enter for a new line</translation>
    </message>
    <message>
        <source>Ctrl+Enterで送信、Enterで改行</source>
        <translation>Ctrl+Enter to send, Enter for a new line</translation>
    </message>
    <message numerus="yes">
        <source>%Ln 字</source>
        <translation>
            <numerusform>%Ln character</numerusform>
            <numerusform>%Ln characters</numerusform>
        </translation>
    </message>
    <message>
        <source>止める</source>
        <translation>Stop</translation>
    </message>
    <message>
        <source>送る</source>
        <translation>Send</translation>
    </message>
    <message>
        <source>ファイルを読み終わると送れます</source>
        <translation>You can send once the files are read</translation>
    </message>
</context>
<context>
    <name>ContextMeter</name>
    <message>
        <source>約 {used} / {total}</source>
        <translation>about {used} / {total}</translation>
    </message>
    <message>
        <source>コンテキスト: {total} トークンのうち、およそ {used} を使います</source>
        <translation>Context: about {used} of {total} tokens would be used</translation>
    </message>
    <message>
        <source>コンテキスト: {total} トークンのうち {used} を使っています</source>
        <translation>Context: {used} of {total} tokens in use</translation>
    </message>
    <message>
        <source>{context}。{remark}</source>
        <translation>{context}. {remark}</translation>
    </message>
    <message>
        <source>対話がコンテキストに入りきらなくなったら</source>
        <translation>When the chat outgrows the context</translation>
    </message>
    <message>
        <source>古い部分を省く</source>
        <translation>Leave out the oldest part</translation>
    </message>
    <message>
        <source>古いものから、渡さなくなります</source>
        <translation>The oldest messages are no longer sent</translation>
    </message>
    <message>
        <source>止めて尋ねる</source>
        <translation>Stop and ask</translation>
    </message>
    <message>
        <source>答える前に、どうするかを選べます</source>
        <translation>You choose before it answers</translation>
    </message>
    <message>
        <source>要約して続ける</source>
        <translation>Go on with a summary</translation>
    </message>
    <message>
        <source>モデルが要約し、それを渡します</source>
        <translation>The model sums it up and gets that</translation>
    </message>
</context>
<context>
    <name>Conversation</name>
    <message>
        <source>コピーしました。</source>
        <translation>Copied.</translation>
    </message>
    <message>
        <source>別のところで書いています…</source>
        <translation>Being written elsewhere…</translation>
    </message>
    <message>
        <source>新しい対話</source>
        <translation>New chat</translation>
    </message>
    <message>
        <source>ここまでの要約</source>
        <translation>The summary up to here</translation>
    </message>
</context>
<context>
    <name>Downloads</name>
    <message>
        <source>{name}: {wanted} は配布されていないので、{found} を入手します。</source>
        <translation>{name}: {wanted} is not published, so {found} is fetched.</translation>
    </message>
    <message>
        <source>{name}: {problem}</source>
        <translation>{name}: {problem}</translation>
    </message>
</context>
<context>
    <name>ElsewhereDialog</name>
    <message>
        <source>ほかのアプリのモデル</source>
        <translation>Models of other apps</translation>
    </message>
    <message>
        <source>LM Studio、Jan、Ollama、GPT4All、Hugging Face のモデルを、いまある場所のまま使います。写しは作らず、元のファイルには手を付けません。</source>
        <translation>Use models of LM Studio, Jan, Ollama, GPT4All and Hugging Face where they are. Nothing is copied, and their files are not touched.</translation>
    </message>
    <message>
        <source>見つかったモデル</source>
        <translation>Models found</translation>
    </message>
    <message>
        <source>探しています…</source>
        <translation>Searching…</translation>
    </message>
    <message>
        <source>閉じる</source>
        <translation>Close</translation>
    </message>
    <message>
        <source>追加する</source>
        <translation>Add</translation>
    </message>
    <message>
        <source>{application}&#x3000;{name}&#x3000;{size}</source>
        <translation>{application}  {name}  {size}</translation>
    </message>
    <message>
        <source>{model}&#x3000;（追加済み）</source>
        <translation>{model}  (added)</translation>
    </message>
    <message numerus="yes">
        <source>%n個見つかりました。使いたいものに印を付けてください。</source>
        <translation>
            <numerusform>%n was found. Tick what you want to use.</numerusform>
            <numerusform>%n were found. Tick those that you want to use.</numerusform>
        </translation>
    </message>
    <message>
        <source>ほかのアプリのモデルは見つかりませんでした。</source>
        <translation>No models of other apps were found.</translation>
    </message>
    <message>
        <source>追加しています…</source>
        <translation>Adding…</translation>
    </message>
</context>
<context>
    <name>Entries</name>
    <message>
        <source>{speed} トークン/秒</source>
        <translation>{speed} tokens/s</translation>
    </message>
    <message>
        <source>最初の文字まで {seconds} 秒</source>
        <translation>first token {seconds} s</translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>対話を書き出す</source>
        <translation>Export chats</translation>
    </message>
    <message>
        <source>場所を変える…</source>
        <translation>Change place…</translation>
    </message>
    <message>
        <source>フォルダーを開く</source>
        <translation>Open the folder</translation>
    </message>
    <message>
        <source>やめる</source>
        <translation>Cancel</translation>
    </message>
    <message>
        <source>書き出す</source>
        <translation>Export</translation>
    </message>
    <message>
        <source>ほかのアプリで読み書きする。見えている枝だけ。</source>
        <translation>For other apps. Only the branch that is shown.</translation>
    </message>
    <message>
        <source>ブラウザーで読む。1つのファイルで完結します。</source>
        <translation>To read in a browser. Everything is in one file.</translation>
    </message>
    <message>
        <source>印刷する、人に渡す。</source>
        <translation>To print or hand over.</translation>
    </message>
    <message>
        <source>テキスト</source>
        <translation>Text</translation>
    </message>
    <message>
        <source>文字だけ。どこでも開けます。</source>
        <translation>Words alone. Opens anywhere.</translation>
    </message>
    <message>
        <source>言の葉の JSON</source>
        <translation>Kotonoha’s JSON</translation>
    </message>
    <message>
        <source>すべての枝と設定。あとで取り込めば元どおりになります。</source>
        <translation>All branches and settings. Importing it gives back everything.</translation>
    </message>
    <message>
        <source>モデルの学習に使う形です。</source>
        <translation>The form for training models.</translation>
    </message>
    <message numerus="yes">
        <source>すべての対話（%n 件）</source>
        <translation>
            <numerusform>All chats (%n)</numerusform>
            <numerusform>All chats (%n)</numerusform>
        </translation>
    </message>
    <message>
        <source>「{title}」</source>
        <translation>“{title}”</translation>
    </message>
    <message>
        <source>新しい対話</source>
        <translation>New chat</translation>
    </message>
    <message numerus="yes">
        <source>選んだ対話（%n 件）</source>
        <translation>
            <numerusform>%n chosen chat</numerusform>
            <numerusform>%n chosen chats</numerusform>
        </translation>
    </message>
    <message>
        <source>{folder} に新しいフォルダーを作り、1件ずつ書き出します。</source>
        <translation>A new folder is made in {folder}, with one file for each chat.</translation>
    </message>
    <message>
        <source>{folder} に1つのファイルを作ります。</source>
        <translation>One file is made in {folder}.</translation>
    </message>
    <message>
        <source>書き出す場所を選ぶ</source>
        <translation>Choose where to export</translation>
    </message>
    <message>
        <source>書き出しています…</source>
        <translation>Exporting…</translation>
    </message>
    <message>
        <source>書き出しています… {done} / {total} 件</source>
        <translation>Exporting… {done} of {total}</translation>
    </message>
    <message>
        <source>フォルダーを開くアプリがありません。場所: {folder}</source>
        <translation>There is no application to open folders. It is here: {folder}</translation>
    </message>
    <message>
        <source>止めました。書き終えたファイルだけが残っています。</source>
        <translation>Stopped. Only finished files are left.</translation>
    </message>
    <message>
        <source>止める</source>
        <translation>Stop</translation>
    </message>
    <message>
        <source>閉じる</source>
        <translation>Close</translation>
    </message>
</context>
<context>
    <name>FileDialog</name>
    <message>
        <source>場所:</source>
        <translation>Look in:</translation>
    </message>
    <message>
        <source>名前:</source>
        <translation>Name:</translation>
    </message>
    <message>
        <source>種類:</source>
        <translation>Type:</translation>
    </message>
    <message>
        <source>開く</source>
        <translation>Open</translation>
    </message>
    <message>
        <source>やめる</source>
        <translation>Cancel</translation>
    </message>
</context>
<context>
    <name>Finder</name>
    <message>
        <source>新しい対話</source>
        <translation>New chat</translation>
    </message>
    <message>
        <source>対話</source>
        <translation>Chats</translation>
    </message>
    <message>
        <source>モデル</source>
        <translation>Model</translation>
    </message>
    <message>
        <source>プリセット</source>
        <translation>Preset</translation>
    </message>
    <message>
        <source>設定</source>
        <translation>Settings</translation>
    </message>
    <message>
        <source>「{text}」を新しい対話に書く</source>
        <translation>Write “{text}” in a new chat</translation>
    </message>
    <message>
        <source>ほかに見つかりません</source>
        <translation>Nothing else found</translation>
    </message>
</context>
<context>
    <name>Footer</name>
    <message>
        <source>コピー</source>
        <translation>Copy</translation>
    </message>
    <message>
        <source>メッセージをコピー</source>
        <translation>Copy message</translation>
    </message>
    <message>
        <source>編集</source>
        <translation>Edit</translation>
    </message>
    <message>
        <source>質問を編集</source>
        <translation>Edit the question</translation>
    </message>
    <message>
        <source>書き直す</source>
        <translation>Rewrite</translation>
    </message>
    <message>
        <source>続ける</source>
        <translation>Continue</translation>
    </message>
    <message>
        <source>スターを外す</source>
        <translation>Remove star</translation>
    </message>
    <message>
        <source>スターを付ける</source>
        <translation>Add star</translation>
    </message>
    <message>
        <source>ほかの操作</source>
        <translation>More</translation>
    </message>
    <message>
        <source>前の版</source>
        <translation>Earlier version</translation>
    </message>
    <message>
        <source>次の版</source>
        <translation>Next version</translation>
    </message>
    <message>
        <source>コピーしました</source>
        <translation>Copied</translation>
    </message>
</context>
<context>
    <name>Fullness</name>
    <message>
        <source>{count} トークン</source>
        <translation>{count} tokens</translation>
    </message>
    <message>
        <source>約{count} トークン</source>
        <translation>about {count} tokens</translation>
    </message>
    <message numerus="yes">
        <source>古い%n件を要約します</source>
        <translation>
            <numerusform>summarises %n old message</numerusform>
            <numerusform>summarises %n old messages</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>古い%n件を省きます</source>
        <translation>
            <numerusform>leaves out %n old message</numerusform>
            <numerusform>leaves out %n old messages</numerusform>
        </translation>
    </message>
    <message>
        <source>入りきりません</source>
        <translation>It does not fit</translation>
    </message>
</context>
<context>
    <name>GlobalShortcut</name>
    <message>
        <source>どのアプリからでも呼ぶには、デスクトップのキー設定で「kotonoha quick」を実行するようにしてください。</source>
        <translation>To call it from any app, have your desktop&apos;s keyboard settings run “kotonoha quick”.</translation>
    </message>
    <message>
        <source>キーを選ぶと、どのアプリからでも開きます。</source>
        <translation>Choose keys, and it opens from any app.</translation>
    </message>
    <message>
        <source>小さな窓で、ひとことだけ聞けます。</source>
        <translation>Ask just one thing in a small window. </translation>
    </message>
    <message>
        <source>文字を打つキーは、Ctrl か Alt と組み合わせてください。</source>
        <translation>Combine a key that types with Ctrl or Alt.</translation>
    </message>
    <message>
        <source>デスクトップに登録しています。確認の窓が出たら、答えてください。</source>
        <translation>Asking the desktop. If it shows a window to confirm, answer there.</translation>
    </message>
    <message>
        <source>どのアプリからでも {keys} で開きます。</source>
        <translation>{keys} opens it from any app.</translation>
    </message>
    <message>
        <source>どのアプリからでも {keys} で開きます。このキーはデスクトップが決めたもので、変えるのもデスクトップの設定からです。</source>
        <translation>{keys} opens it from any app. The desktop decided on these keys, and its settings change them.</translation>
    </message>
    <message>
        <source>デスクトップのキー設定で「すぐに聞く」のキーを決めると、使えます。</source>
        <translation>Set keys for “Quick question” in the desktop&apos;s keyboard settings to use it.</translation>
    </message>
    <message>
        <source>{keys} は、ほかのアプリかデスクトップが使っています。別のキーを選んでください。</source>
        <translation>Another app or the desktop uses {keys}. Choose other keys.</translation>
    </message>
    <message>
        <source>このキーボードには {keys} がありません。別のキーを選んでください。</source>
        <translation>This keyboard has no {keys}. Choose other keys.</translation>
    </message>
    <message>
        <source>デスクトップにキーを登録できませんでした。</source>
        <translation>The desktop did not take the keys. </translation>
    </message>
    <message>
        <source>このデスクトップでは、アプリからキーを登録できません。</source>
        <translation>On this desktop apps cannot have keys of their own. </translation>
    </message>
    <message>
        <source>小さな窓で、ひとことだけ聞けます。キーで呼ぶには、「ショートカット」か Automator で「kotonoha quick」を実行するものを作り、それにキーを割り当ててください。</source>
        <translation>Ask just one thing in a small window. To call it by keys, make a shortcut in Shortcuts or Automator that runs “kotonoha quick”, and give it keys.</translation>
    </message>
    <message>
        <source>デスクトップの応答がなくなりました。戻れば、また使えます。</source>
        <translation>The desktop does not answer any more. Once it does, the keys work again.</translation>
    </message>
    <message>
        <source>デスクトップとの接続が切れました。言の葉を起動し直すと、また使えます。</source>
        <translation>The connection to the desktop has ended. Restart Kotonoha to use the keys again.</translation>
    </message>
    <message>
        <source>すぐに聞く</source>
        <translation>Quick question</translation>
    </message>
</context>
<context>
    <name>HistoryRows</name>
    <message>
        <source>題名・取り込み・書き出し</source>
        <translation>Titles, import and export</translation>
    </message>
    <message>
        <source>題名を自動でつける</source>
        <translation>Automatic titles</translation>
    </message>
    <message>
        <source>手が止まったときに、モデルが短い題名をつけます。自分でつけた題名は変えません。</source>
        <translation>When you pause, the model gives chats a short title. One that you gave is never changed.</translation>
    </message>
    <message>
        <source>取り込む…</source>
        <translation>Import…</translation>
    </message>
    <message>
        <source>対話を取り込む</source>
        <translation>Import chats</translation>
    </message>
    <message>
        <source>ChatGPT・Claude・Geminiなど、ほかのアプリで書き出した対話を読みます。</source>
        <translation>Reads chats exported from ChatGPT, Claude, Gemini and other apps.</translation>
    </message>
    <message>
        <source>書き出す…</source>
        <translation>Export…</translation>
    </message>
    <message>
        <source>すべての対話を書き出す</source>
        <translation>Export all chats</translation>
    </message>
    <message>
        <source>Markdown・HTML・PDF・JSONなどのファイルにします。</source>
        <translation>As Markdown, HTML, PDF, JSON and other files.</translation>
    </message>
    <message>
        <source>控え</source>
        <translation>Backups</translation>
    </message>
    <message>
        <source>今すぐ控えを作る</source>
        <translation>Back up now</translation>
    </message>
    <message>
        <source>控えを作る</source>
        <translation>Back up</translation>
    </message>
    <message>
        <source>対話・プリセット・設定の写しを backups フォルダーに作り、日・週・月ごとに残します。</source>
        <translation>Copies chats, presets and settings into the backups folder, kept by day, week and month.</translation>
    </message>
    <message>
        <source>控えの一覧…</source>
        <translation>Backups…</translation>
    </message>
    <message>
        <source>控えから戻す</source>
        <translation>Restore the backup</translation>
    </message>
    <message>
        <source>控えを見る、別の場所に作る、控えのときの状態に戻す。</source>
        <translation>See backups, make one elsewhere, restore one.</translation>
    </message>
    <message>
        <source>毎日の控え</source>
        <translation>Daily backup</translation>
    </message>
    <message>
        <source>1日に一度、裏で控えを作ります。</source>
        <translation>Backs up once a day, in the background.</translation>
    </message>
    <message>
        <source>控えを合言葉で守る</source>
        <translation>Protect backups with a passphrase</translation>
    </message>
    <message>
        <source>これから作る控えを暗号化します。合言葉を忘れると、その控えは二度と開けません。</source>
        <translation>Encrypts backups from now on. Without its passphrase a backup can never be opened again.</translation>
    </message>
</context>
<context>
    <name>ImportDialog</name>
    <message>
        <source>対話を取り込む</source>
        <translation>Import chats</translation>
    </message>
    <message>
        <source>ほかのアプリで書き出したファイルを、zipのまま取り込めます。同じものをもう一度取り込んでも、対話は二重になりません。</source>
        <translation>Exports of other apps can be imported as they are, zip files too. Importing the same file twice adds nothing.</translation>
    </message>
    <message>
        <source>取り込むファイル</source>
        <translation>Files to import</translation>
    </message>
    <message>
        <source>ここにファイルかフォルダーを置いてください。</source>
        <translation>Drop files or a folder here.</translation>
    </message>
    <message>
        <source>言の葉</source>
        <translation>Kotonoha</translation>
    </message>
    <message>
        <source>ファイルを選ぶ…</source>
        <translation>Choose files…</translation>
    </message>
    <message>
        <source>フォルダーを選ぶ…</source>
        <translation>Choose a folder…</translation>
    </message>
    <message>
        <source>外す</source>
        <translation>Remove</translation>
    </message>
    <message>
        <source>取り込みの結果</source>
        <translation>Result of the import</translation>
    </message>
    <message>
        <source>結果をコピー</source>
        <translation>Copy the result</translation>
    </message>
    <message>
        <source>取り込む</source>
        <translation>Import</translation>
    </message>
    <message>
        <source>読める対話が見つかりません</source>
        <translation>No readable chat found</translation>
    </message>
    <message>
        <source>取り込むファイルを選ぶ</source>
        <translation>Choose files to import</translation>
    </message>
    <message>
        <source>書き出した対話 (*.zip *.json *.jsonl *.html *.md)</source>
        <translation>Exported chats (*.zip *.json *.jsonl *.html *.md)</translation>
    </message>
    <message>
        <source>取り込むフォルダーを選ぶ</source>
        <translation>Choose a folder to import</translation>
    </message>
    <message>
        <source>準備しています…</source>
        <translation>Preparing…</translation>
    </message>
    <message>
        <source>{done} / {total}&#x3000;対話 {chats} 件&#x3000;{name}</source>
        <translation>{done} of {total}, {chats} chats, {name}</translation>
    </message>
    <message>
        <source>読めなかったもの:</source>
        <translation>What could not be read:</translation>
    </message>
    <message>
        <source>取り込まなかったもの:</source>
        <translation>What was left out:</translation>
    </message>
    <message numerus="yes">
        <source>ほか %n 件</source>
        <translation>
            <numerusform>%n more</numerusform>
            <numerusform>%n more</numerusform>
        </translation>
    </message>
    <message>
        <source>やめる</source>
        <translation>Cancel</translation>
    </message>
    <message>
        <source>止める</source>
        <translation>Stop</translation>
    </message>
    <message>
        <source>閉じる</source>
        <translation>Close</translation>
    </message>
</context>
<context>
    <name>ImportRun</name>
    <message>
        <source>取り込みが終わりました。結果は「対話を取り込む」を開くと見られます。</source>
        <translation>The import has ended. Open “Import chats” to see what came of it.</translation>
    </message>
</context>
<context>
    <name>Installed</name>
    <message>
        <source>ファイルを追加…</source>
        <translation>Add files…</translation>
    </message>
    <message>
        <source>フォルダーから追加…</source>
        <translation>Add from a folder…</translation>
    </message>
    <message>
        <source>ほかのアプリのモデルを探す…</source>
        <translation>Find models of other apps…</translation>
    </message>
    <message>
        <source>置き場所…</source>
        <translation>Where they are kept…</translation>
    </message>
    <message>
        <source>入手したモデルを、別のフォルダーやドライブに移します</source>
        <translation>Move the models to another folder or drive</translation>
    </message>
    <message>
        <source>「{words}」に合うモデルはありません。</source>
        <translation>No model matches “{words}”.</translation>
    </message>
    <message>
        <source>モデルはまだありません。GGUF形式のファイルを追加してください。</source>
        <translation>There are no models yet. Add a file in the GGUF format.</translation>
    </message>
    <message>
        <source>GGUFファイルを選ぶ</source>
        <translation>Choose a GGUF file</translation>
    </message>
    <message>
        <source>GGUFモデル (*.gguf)</source>
        <translation>GGUF models (*.gguf)</translation>
    </message>
    <message>
        <source>モデルのあるフォルダーを選ぶ</source>
        <translation>Choose a folder with models</translation>
    </message>
    <message numerus="yes">
        <source>%n個のモデルを追加しました。</source>
        <translation>
            <numerusform>%n model was added.</numerusform>
            <numerusform>%n models were added.</numerusform>
        </translation>
    </message>
    <message>
        <source>{names}を追加しました。</source>
        <translation>{names} was added.</translation>
    </message>
    <message numerus="yes">
        <source>ほかに%n個は追加できませんでした。</source>
        <translation>
            <numerusform>%n more could not be added.</numerusform>
            <numerusform>%n more could not be added.</numerusform>
        </translation>
    </message>
    <message>
        <source>そのフォルダーに、モデルはありませんでした。</source>
        <translation>There was no model in that folder.</translation>
    </message>
    <message>
        <source>名前を変える</source>
        <translation>Rename</translation>
    </message>
    <message>
        <source>モデルの名前</source>
        <translation>Name of the model</translation>
    </message>
    <message>
        <source>変える</source>
        <translation>Rename</translation>
    </message>
    <message>
        <source>メモ</source>
        <translation>Note</translation>
    </message>
    <message>
        <source>保存</source>
        <translation>Save</translation>
    </message>
    <message>
        <source>ファイルは {path} にあります。</source>
        <translation>The file is at {path}.</translation>
    </message>
    <message>
        <source>ファイルを確かめています… {percent} %</source>
        <translation>Checking the file… {percent}%</translation>
    </message>
    <message>
        <source>「{name}」のファイルに問題はありません。</source>
        <translation>The file of “{name}” is fine.</translation>
    </message>
    <message>
        <source>「{name}」のファイルは、前に確かめたときと違います。心当たりがなければ、入手し直してください。</source>
        <translation>The file of “{name}” is not as it was when it was checked before. Unless you changed it, get it again.</translation>
    </message>
    <message>
        <source>「{name}」を一覧から外しました。ファイルはそのままです。</source>
        <translation>“{name}” was taken off the list. Its file stays.</translation>
    </message>
    <message>
        <source>「{name}」のファイル（{size}）を、このPCのごみ箱に入れますか？</source>
        <translation>Move the file of “{name}” ({size}) to this computer’s trash? </translation>
    </message>
    <message numerus="yes">
        <source>このモデルの対話%n件は残り、ほかのモデルで続けられます。</source>
        <translation>
            <numerusform>%n chat with this model stays, and other models can go on with it. </numerusform>
            <numerusform>%n chats with this model stay, and other models can go on with them. </numerusform>
        </translation>
    </message>
    <message>
        <source>ほかのアプリのファイルなら、そのアプリでも使えなくなります。</source>
        <translation>If it is another app’s file, that app can no longer use it either.</translation>
    </message>
    <message>
        <source>ごみ箱に入れる</source>
        <translation>Move to trash</translation>
    </message>
    <message>
        <source>{names} をごみ箱に入れられませんでした。ファイルはそのままです。</source>
        <translation>{names} could not be moved to the trash. Nothing was changed.</translation>
    </message>
    <message>
        <source>「{name}」をごみ箱に入れました。</source>
        <translation>“{name}” is in the trash.</translation>
    </message>
</context>
<context>
    <name>JumpButton</name>
    <message>
        <source>いちばん下へ</source>
        <translation>To the end</translation>
    </message>
</context>
<context>
    <name>KeptFiles</name>
    <message>
        <source>「{name}」を外しました。</source>
        <translation>“{name}” was removed.</translation>
    </message>
    <message>
        <source>元に戻す</source>
        <translation>Undo</translation>
    </message>
</context>
<context>
    <name>KeyButton</name>
    <message>
        <source>キーを押してください</source>
        <translation>Press the keys</translation>
    </message>
    <message>
        <source>なし</source>
        <translation>None</translation>
    </message>
</context>
<context>
    <name>LineDialog</name>
    <message>
        <source>やめる</source>
        <translation>Cancel</translation>
    </message>
</context>
<context>
    <name>LinkDialog</name>
    <message>
        <source>リンクを開く</source>
        <translation>Open a link</translation>
    </message>
    <message>
        <source>ブラウザーでこのアドレスを開きますか？&#x3000;ここから先は、このPCの外との通信になります。</source>
        <translation>Open this address in the browser? From there on, your PC talks to the outside.</translation>
    </message>
    <message>
        <source>この種類のリンクは開けません。</source>
        <translation>Links of this kind are not opened.</translation>
    </message>
    <message>
        <source>閉じる</source>
        <translation>Close</translation>
    </message>
    <message>
        <source>アドレス</source>
        <translation>Address</translation>
    </message>
    <message>
        <source>開く</source>
        <translation>Open</translation>
    </message>
    <message>
        <source>やめる</source>
        <translation>Cancel</translation>
    </message>
</context>
<context>
    <name>LiveAnswer</name>
    <message>
        <source>考えています…</source>
        <translation>Thinking…</translation>
    </message>
    <message>
        <source>モデルを読み込んでいます… {percent} %</source>
        <translation>Loading the model… {percent} %</translation>
    </message>
    <message>
        <source>質問を読んでいます… {percent} %</source>
        <translation>Reading the question… {percent} %</translation>
    </message>
    <message>
        <source>約{seconds}秒</source>
        <translation>about {seconds} s</translation>
    </message>
    <message>
        <source>約{minutes}分</source>
        <translation>about {minutes} min</translation>
    </message>
    <message>
        <source>質問を読んでいます… {percent} %（残り{time}）</source>
        <translation>Reading the question… {percent} % ({time} left)</translation>
    </message>
    <message>
        <source>{speed} トークン/秒</source>
        <translation>{speed} tokens/s</translation>
    </message>
    <message>
        <source>{count}つのうち{number}つめの答え&#x3000;{speed}</source>
        <translation>Answer {number} of {count}&#x3000;{speed}</translation>
    </message>
</context>
<context>
    <name>MachineWords</name>
    <message>
        <source>プロセッサー</source>
        <translation>Processor</translation>
    </message>
    <message>
        <source>メモリ {size} GB</source>
        <translation>{size} GB of memory</translation>
    </message>
    <message>
        <source>空き {size}</source>
        <translation>{size} free</translation>
    </message>
    <message>
        <source>{name}（{backend}）</source>
        <translation>{name} ({backend})</translation>
    </message>
    <message>
        <source>メモリの速さ {speed} GB/秒</source>
        <translation>Memory speed {speed} GB/s</translation>
    </message>
    <message>
        <source>このPCで測った値です。大きなモデルの速さは、おもにこれで決まります。</source>
        <translation>Measured on this computer. It decides, above all, how fast large models are.</translation>
    </message>
</context>
<context>
    <name>MeasureDialog</name>
    <message>
        <source>速さを測る — {name}</source>
        <translation>Measure the speed — {name}</translation>
    </message>
    <message>
        <source>いまの設定で読み込み、長さを変えて、読む速さと書く速さを測ります。1分ほどかかることがあります。薄い線は、前に測ったときと、ほかのモデルです。</source>
        <translation>Loads the model as set, and measures how fast it reads and writes at several lengths. This may take a minute. Pale lines are earlier measurements and other models.</translation>
    </message>
    <message>
        <source>読む速さ（トークン/秒）</source>
        <translation>Reading (tokens/s)</translation>
    </message>
    <message>
        <source>書く速さ（トークン/秒）</source>
        <translation>Writing (tokens/s)</translation>
    </message>
    <message>
        <source>長さ</source>
        <translation>Length</translation>
    </message>
    <message>
        <source>読む速さ</source>
        <translation>Reading</translation>
    </message>
    <message>
        <source>書く速さ</source>
        <translation>Writing</translation>
    </message>
    <message>
        <source>最初の文字まで</source>
        <translation>First token</translation>
    </message>
    <message>
        <source>測った速さ</source>
        <translation>Measured speeds</translation>
    </message>
    <message>
        <source>閉じる</source>
        <translation>Close</translation>
    </message>
    <message>
        <source>測る</source>
        <translation>Measure</translation>
    </message>
    <message>
        <source>止める</source>
        <translation>Stop</translation>
    </message>
    <message>
        <source>モデルを読み込んでいます…</source>
        <translation>Loading the model…</translation>
    </message>
    <message>
        <source>測っています… {done} / {total}</source>
        <translation>Measuring… {done} / {total}</translation>
    </message>
    <message>
        <source>まだ測っていません。</source>
        <translation>Not measured yet.</translation>
    </message>
    <message>
        <source>―</source>
        <translation>—</translation>
    </message>
    <message>
        <source>{count} トークン</source>
        <translation>{count} tokens</translation>
    </message>
    <message>
        <source>{seconds} 秒</source>
        <translation>{seconds} s</translation>
    </message>
    <message>
        <source>{when} に測りました。コンテキスト {context}、メモリ約 {memory}。</source>
        <translation>Measured {when}. Context {context}, about {memory} of memory.</translation>
    </message>
</context>
<context>
    <name>MemoryBar</name>
    <message>
        <source>GPUのメモリ</source>
        <translation>GPU memory</translation>
    </message>
    <message>
        <source>メモリ</source>
        <translation>Memory</translation>
    </message>
    <message>
        <source>約 {needed} GB ／ 空き {free} GB</source>
        <translation>about {needed} GB of {free} GB free</translation>
    </message>
    <message>
        <source>見積もりです。空きには、いま読み込まれているモデルの分も含みます。</source>
        <translation>An estimate. What the loaded model takes counts as free.</translation>
    </message>
</context>
<context>
    <name>MessageEditor</name>
    <message>
        <source>やめる</source>
        <translation>Cancel</translation>
    </message>
    <message>
        <source>Ctrl+Enter</source>
        <translation>Ctrl+Enter</translation>
    </message>
    <message numerus="yes">
        <source>%Ln 字</source>
        <translation>
            <numerusform>%Ln character</numerusform>
            <numerusform>%Ln characters</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>MessageView</name>
    <message>
        <source>あなた</source>
        <translation>You</translation>
    </message>
    <message>
        <source>言の葉</source>
        <translation>Kotonoha</translation>
    </message>
    <message>
        <source>コピー</source>
        <translation>Copy</translation>
    </message>
    <message>
        <source>Markdownとしてコピー</source>
        <translation>Copy as Markdown</translation>
    </message>
    <message>
        <source>文字だけコピー</source>
        <translation>Copy text only</translation>
    </message>
    <message>
        <source>すべて選択</source>
        <translation>Select all</translation>
    </message>
    <message>
        <source>引用して質問</source>
        <translation>Quote and ask</translation>
    </message>
    <message>
        <source>ふりがなを消す</source>
        <translation>Hide furigana</translation>
    </message>
    <message>
        <source>ふりがなを付ける</source>
        <translation>Show furigana</translation>
    </message>
    <message>
        <source>スターを外す</source>
        <translation>Remove star</translation>
    </message>
    <message>
        <source>スターを付ける</source>
        <translation>Add star</translation>
    </message>
    <message>
        <source>編集…</source>
        <translation>Edit…</translation>
    </message>
    <message>
        <source>ここから新しい対話</source>
        <translation>New chat from here</translation>
    </message>
    <message>
        <source>この枝をごみ箱に入れる</source>
        <translation>Move this branch to the bin</translation>
    </message>
    <message>
        <source>リンクを開く: {}</source>
        <translation>Open link: {}</translation>
    </message>
    <message>
        <source>リンクのアドレスをコピー</source>
        <translation>Copy link address</translation>
    </message>
</context>
<context>
    <name>ModelCard</name>
    <message>
        <source>ほかの操作</source>
        <translation>More</translation>
    </message>
    <message>
        <source>使用中</source>
        <translation>In use</translation>
    </message>
    <message>
        <source>新しい対話は、このモデルで始まります。</source>
        <translation>New chats begin with this model.</translation>
    </message>
    <message>
        <source>一覧から外す</source>
        <translation>Take off the list</translation>
    </message>
    <message>
        <source>使う</source>
        <translation>Use</translation>
    </message>
    <message>
        <source>コンテキスト {count}</source>
        <translation>context {count}</translation>
    </message>
    <message>
        <source>入手元: {source}</source>
        <translation>from {source}</translation>
    </message>
    <message>
        <source>まだ使っていません</source>
        <translation>Not used yet</translation>
    </message>
    <message>
        <source>今日使いました</source>
        <translation>Used today</translation>
    </message>
    <message numerus="yes">
        <source>%n日前に使いました</source>
        <translation>
            <numerusform>Used %n day ago</numerusform>
            <numerusform>Used %n days ago</numerusform>
        </translation>
    </message>
    <message>
        <source>{speed} トークン/秒</source>
        <translation>{speed} tokens/s</translation>
    </message>
    <message numerus="yes">
        <source>対話 %n件</source>
        <translation>
            <numerusform>%n chat</numerusform>
            <numerusform>%n chats</numerusform>
        </translation>
    </message>
    <message>
        <source>ファイルが見つかりません。ドライブをつなぐか、ファイルを元の場所に戻してください。</source>
        <translation>The file cannot be found. Connect its drive, or put the file back.</translation>
    </message>
    <message>
        <source>追加したあとで、ファイルが変わりました。「ファイルを確かめる」で読み直せます。</source>
        <translation>The file changed after it was added. “Check the file” reads it again.</translation>
    </message>
    <message>
        <source>モデルの設定…</source>
        <translation>Model settings…</translation>
    </message>
    <message>
        <source>名前を変える…</source>
        <translation>Rename…</translation>
    </message>
    <message>
        <source>メモを書く…</source>
        <translation>Write a note…</translation>
    </message>
    <message>
        <source>ファイルの場所を開く</source>
        <translation>Show the file</translation>
    </message>
    <message>
        <source>ファイルを確かめる</source>
        <translation>Check the file</translation>
    </message>
    <message>
        <source>速さを測る…</source>
        <translation>Measure the speed…</translation>
    </message>
    <message>
        <source>ファイルをごみ箱に入れる…</source>
        <translation>Move the file to the trash…</translation>
    </message>
</context>
<context>
    <name>ModelSettingsDialog</name>
    <message>
        <source>モデルの設定</source>
        <translation>Model settings</translation>
    </message>
    <message>
        <source>調べています…</source>
        <translation>Looking…</translation>
    </message>
    <message>
        <source>最初の方法に戻す</source>
        <translation>Back to the first way</translation>
    </message>
    <message>
        <source>読み込み方</source>
        <translation>How it is loaded</translation>
    </message>
    <message>
        <source>わからないものは「自動」のままで大丈夫です。変えると、次の答えの前に読み込み直します。</source>
        <translation>Leave what you do not know on automatic. After a change the model is loaded again before the next answer.</translation>
    </message>
    <message>
        <source>コンテキスト長</source>
        <translation>Context length</translation>
    </message>
    <message>
        <source>GPUに載せる層</source>
        <translation>Layers on the GPU</translation>
    </message>
    <message>
        <source>KVキャッシュの精度</source>
        <translation>Precision of the KV cache</translation>
    </message>
    <message>
        <source>スレッド数</source>
        <translation>Threads</translation>
    </message>
    <message>
        <source>計算に使うCPUのコアの数です。「自動」では、初めて読み込むときに測って決めます。</source>
        <translation>How many processor cores compute. Automatic measures it when the model is first loaded.</translation>
    </message>
    <message>
        <source>下書きモデル</source>
        <translation>Draft model</translation>
    </message>
    <message>
        <source>大きすぎても試す</source>
        <translation>Try it though it is too large</translation>
    </message>
    <message>
        <source>パソコンのメモリより大きいモデルも読み込みます。とても遅くなることがあります。</source>
        <translation>Loads a model that is larger than the computer&apos;s memory. It may be very slow.</translation>
    </message>
    <message>
        <source>答え方</source>
        <translation>How it answers</translation>
    </message>
    <message>
        <source>変えたことは、次の答えから反映されます。</source>
        <translation>Changes count from the next answer.</translation>
    </message>
    <message>
        <source>考えてから答える</source>
        <translation>Think before answering</translation>
    </message>
    <message>
        <source>自動（上限なし）</source>
        <translation>Automatic (no limit)</translation>
    </message>
    <message>
        <source> トークン</source>
        <translation> tokens</translation>
    </message>
    <message>
        <source>考える長さの上限</source>
        <translation>Longest thoughts</translation>
    </message>
    <message>
        <source>ここまで考えたら、答え始めさせます。</source>
        <translation>After so many tokens it is made to answer.</translation>
    </message>
    <message>
        <source>アダプター</source>
        <translation>Adapters</translation>
    </message>
    <message>
        <source>追加の学習で作られた、LoRAの .gguf ファイルです。強さは 1 が元のままです。</source>
        <translation>LoRA files (.gguf) made by further training. A strength of 1 is as they were made.</translation>
    </message>
    <message>
        <source>毎回同じ計算にする</source>
        <translation>Compute the same way every time</translation>
    </message>
    <message>
        <source>前の計算は、結果が変わらない分だけ使います。遅くなりますが、同じ条件なら同じ文になります。「自動」では、温度が0のときだけです。</source>
        <translation>Reuses only what gives the same result. Slower, but the same conditions give the same text. “Automatic” does so only at temperature 0.</translation>
    </message>
    <message>
        <source>チャットテンプレート</source>
        <translation>Chat template</translation>
    </message>
    <message>
        <source>閉じる</source>
        <translation>Close</translation>
    </message>
    <message>
        <source>自動</source>
        <translation>Automatic</translation>
    </message>
    <message>
        <source>一度に見る長さです。長いほどメモリを使います。学習時の長さは {trained} です。</source>
        <translation>How much it sees at once. Longer takes more memory. It was trained with {trained}.</translation>
    </message>
    <message>
        <source>一度に見る長さです。長いほどメモリを使います。</source>
        <translation>How much it sees at once. Longer takes more memory.</translation>
    </message>
    <message>
        <source>する</source>
        <translation>Yes</translation>
    </message>
    <message>
        <source>しない</source>
        <translation>No</translation>
    </message>
    <message>
        <source>答える前に考えさせるかどうかです。「自動」ではモデルに任せます。</source>
        <translation>Whether it thinks before it answers. Automatic leaves it to the model.</translation>
    </message>
    <message>
        <source>このモデルには、答える前に考える機能がありません。</source>
        <translation>This model does not think before it answers.</translation>
    </message>
    <message>
        <source>自動に戻す</source>
        <translation>Back to automatic</translation>
    </message>
    <message>
        <source>元に戻す</source>
        <translation>Undo</translation>
    </message>
    <message>
        <source>多いほど速くなり、GPUのメモリを使います。</source>
        <translation>More is faster and takes more GPU memory.</translation>
    </message>
    <message>
        <source>使えるGPUが見つからないため、CPUだけで動かします。</source>
        <translation>No GPU was found, so it runs on the CPU alone.</translation>
    </message>
    <message>
        <source>16ビット</source>
        <translation>16 bit</translation>
    </message>
    <message>
        <source>8ビット</source>
        <translation>8 bit</translation>
    </message>
    <message>
        <source>4ビット</source>
        <translation>4 bit</translation>
    </message>
    <message>
        <source>このモデルでは、16ビットだけが使えます。</source>
        <translation>This model works with 16 bit only.</translation>
    </message>
    <message>
        <source>対話の記憶の細かさです。8ビットの質はほぼ変わらず、4ビットでは落ちることがあります。</source>
        <translation>How exactly the chat is remembered. 8 bit is nearly as good; 4 bit may be worse.</translation>
    </message>
    <message>
        <source>8ビットで {eight} GB、4ビットで {four} GB 減ります。</source>
        <translation>8 bit saves {eight} GB, 4 bit saves {four} GB.</translation>
    </message>
    <message>
        <source>使わない</source>
        <translation>None</translation>
    </message>
    <message>
        <source>小さいモデルが先を予想し、このモデルが確かめます。答えの質は変わらず、速くなることがあります。</source>
        <translation>A small model guesses ahead and this one checks. The answers are as good, and may come faster.</translation>
    </message>
    <message>
        <source>語彙が同じで小さいモデルを追加すると、選べます。それが先を予想し、速くなることがあります。</source>
        <translation>Add a smaller model with the same vocabulary to choose it here. It guesses ahead, which may be faster.</translation>
    </message>
    <message>
        <source>開く…</source>
        <translation>Open…</translation>
    </message>
    <message>
        <source>自分で書いたものを使っています。</source>
        <translation>Your own is in use.</translation>
    </message>
    <message>
        <source>自動（このモデルにはないため、台本の形で渡します）。</source>
        <translation>Automatic (this model has none, so the chat is given as a transcript).</translation>
    </message>
    <message>
        <source>自動（モデルのものを使います）。</source>
        <translation>Automatic (the model&apos;s own).</translation>
    </message>
    <message>
        <source>対話をモデルに渡す文の形です。</source>
        <translation>The form in which a chat is given to the model.</translation>
    </message>
    <message>
        <source>自動（{value}）</source>
        <translation>Automatic ({value})</translation>
    </message>
    <message>
        <source>いま、こう動いています</source>
        <translation>How it runs now</translation>
    </message>
    <message>
        <source>次に読み込むとき</source>
        <translation>When it is loaded next</translation>
    </message>
    <message>
        <source>アダプターを選ぶ</source>
        <translation>Choose an adapter</translation>
    </message>
    <message>
        <source>LoRAアダプター (*.gguf)</source>
        <translation>LoRA adapters (*.gguf)</translation>
    </message>
</context>
<context>
    <name>ModelsRoom</name>
    <message>
        <source>モデルを追加</source>
        <translation>Add a model</translation>
    </message>
    <message>
        <source>モデルを探す</source>
        <translation>Find a model</translation>
    </message>
    <message>
        <source>おすすめを聞く</source>
        <translation>Recommend one</translation>
    </message>
    <message>
        <source>絞り込む</source>
        <translation>Filter</translation>
    </message>
    <message>
        <source>入手済み</source>
        <translation>Installed</translation>
    </message>
    <message>
        <source>日本語カタログ</source>
        <translation>Japanese catalogue</translation>
    </message>
    <message>
        <source>モデル</source>
        <translation>Models</translation>
    </message>
    <message>
        <source>モデルは、このPCの中だけで動きます。料金はかかりません。</source>
        <translation>Models run on this computer alone, free of charge.</translation>
    </message>
    <message>
        <source>このPC</source>
        <translation>This computer</translation>
    </message>
    <message>
        <source>入手済み {count}</source>
        <translation>Installed {count}</translation>
    </message>
    <message>
        <source>モデル&#x3000;{size}</source>
        <translation>Models  {size}</translation>
    </message>
    <message>
        <source>空き&#x3000;{size}</source>
        <translation>Free  {size}</translation>
    </message>
    <message>
        <source>空き&#x3000;わかりません</source>
        <translation>Free space unknown</translation>
    </message>
    <message>
        <source>{words} {count}</source>
        <translation>{words} {count}</translation>
    </message>
</context>
<context>
    <name>MoveDialog</name>
    <message>
        <source>モデルの置き場所</source>
        <translation>Where models are kept</translation>
    </message>
    <message>
        <source>入手したモデルを置くフォルダーです。別のドライブにも移せます。途中でやめても、モデルはどちらかにあり、なくなりません。</source>
        <translation>The folder that models are kept in. It may be on another drive. If the move is stopped, each model is in one of the two places, and none is lost.</translation>
    </message>
    <message>
        <source>いまの場所: {path}</source>
        <translation>Now: {path}</translation>
    </message>
    <message>
        <source>閉じる</source>
        <translation>Close</translation>
    </message>
    <message>
        <source>移す先を選ぶ…</source>
        <translation>Choose where to…</translation>
    </message>
    <message>
        <source>モデルを移すフォルダー</source>
        <translation>Folder to move the models to</translation>
    </message>
    <message>
        <source>止める</source>
        <translation>Stop</translation>
    </message>
    <message>
        <source>止めました。移し終えたモデルは、新しい場所にあります。</source>
        <translation>Stopped. The models that had been moved are in the new place.</translation>
    </message>
    <message>
        <source>移しました。新しいモデルも、ここに置きます。</source>
        <translation>Moved. New models will be kept here, too.</translation>
    </message>
    <message>
        <source>移せたものだけ移しました。残りは元の場所で使えます。</source>
        <translation>Some were moved. The others can be used where they are.</translation>
    </message>
    <message>
        <source>移せませんでした。モデルは元の場所で使えます。</source>
        <translation>They could not be moved. The models can be used where they are.</translation>
    </message>
    <message>
        <source>{name} を移しています… {done} / {total}</source>
        <translation>Moving {name}… {done} / {total}</translation>
    </message>
</context>
<context>
    <name>Notes</name>
    <message>
        <source>本文に戻る</source>
        <translation>Back to the text</translation>
    </message>
    <message>
        <source>脚注を見る</source>
        <translation>Show the footnote</translation>
    </message>
    <message>
        <source>脚注</source>
        <translation>Footnotes</translation>
    </message>
</context>
<context>
    <name>Notice</name>
    <message>
        <source>閉じる</source>
        <translation>Close</translation>
    </message>
</context>
<context>
    <name>OfflineDot</name>
    <message>
        <source>オフライン&#x3000;外部通信なし</source>
        <translation>Offline · nothing goes out</translation>
    </message>
</context>
<context>
    <name>Online</name>
    <message>
        <source>オフライン&#x3000;外部通信なし</source>
        <translation>Offline · nothing leaves this PC</translation>
    </message>
    <message>
        <source>オンライン: ダウンロード中</source>
        <translation>Online: downloading</translation>
    </message>
    <message>
        <source>つながります（使うときだけ）</source>
        <translation>Can connect (only when used)</translation>
    </message>
</context>
<context>
    <name>OpenFile</name>
    <message>
        <source>すべてのファイル (*)</source>
        <translation>All files (*)</translation>
    </message>
</context>
<context>
    <name>OptionalDecimal</name>
    <message>
        <source>自動</source>
        <translation>Automatic</translation>
    </message>
</context>
<context>
    <name>OptionalWhole</name>
    <message>
        <source>自動</source>
        <translation>Automatic</translation>
    </message>
</context>
<context>
    <name>Palette</name>
    <message>
        <source>したいこと、対話の題名、設定の名前</source>
        <translation>An action, a chat’s title, a setting</translation>
    </message>
    <message>
        <source>したいことを探す</source>
        <translation>Find what to do</translation>
    </message>
    <message>
        <source>見つかったもの</source>
        <translation>What was found</translation>
    </message>
</context>
<context>
    <name>PassphraseDialog</name>
    <message>
        <source>合言葉を決める</source>
        <translation>Choose a passphrase</translation>
    </message>
    <message>
        <source>合言葉を入れる</source>
        <translation>Type the passphrase</translation>
    </message>
    <message>
        <source>これから作る控えを、この合言葉で暗号化します。合言葉はこのPCだけに保存し、毎日の控えにも使います。</source>
        <translation>Backups from now on are encrypted with this passphrase. It is kept on this computer only, and used for the daily backup too.</translation>
    </message>
    <message>
        <source>この控えは合言葉で守られています。</source>
        <translation>This backup is protected with a passphrase.</translation>
    </message>
    <message>
        <source>合言葉を忘れると、その控えは二度と開けません。取り戻す方法はありません。紙に書くなど、このPCとは別の場所に残してください。</source>
        <translation>Without the passphrase such a backup can never be opened again; there is no way round it. Keep it somewhere other than this computer, on paper for example.</translation>
    </message>
    <message>
        <source>合言葉</source>
        <translation>Passphrase</translation>
    </message>
    <message>
        <source>合言葉をもう一度</source>
        <translation>Passphrase again</translation>
    </message>
    <message>
        <source>文字を表示する（日本語も入れられます）</source>
        <translation>Show the letters (Japanese can be typed too)</translation>
    </message>
    <message>
        <source>決める</source>
        <translation>Set</translation>
    </message>
    <message>
        <source>開く</source>
        <translation>Open</translation>
    </message>
    <message>
        <source>やめる</source>
        <translation>Cancel</translation>
    </message>
    <message>
        <source>2つの合言葉が違います。もう一度入れてください。</source>
        <translation>The two passphrases differ. Please type them again.</translation>
    </message>
</context>
<context>
    <name>Printing</name>
    <message>
        <source>印刷</source>
        <translation>Print</translation>
    </message>
    <message>
        <source>PDFとして保存</source>
        <translation>Save as PDF</translation>
    </message>
    <message>
        <source>PDF文書 (*.pdf)</source>
        <translation>PDF document (*.pdf)</translation>
    </message>
    <message>
        <source>新しい対話</source>
        <translation>New chat</translation>
    </message>
    <message>
        <source>保存</source>
        <translation>Save</translation>
    </message>
    <message>
        <source>やめる</source>
        <translation>Cancel</translation>
    </message>
    <message numerus="yes">
        <source>PDFに保存しました（%n ページ）: {name}</source>
        <translation>
            <numerusform>Saved as PDF (%n page): {name}</numerusform>
            <numerusform>Saved as PDF (%n pages): {name}</numerusform>
        </translation>
    </message>
    <message>
        <source>書き出しています… {page} / {pages} ページ</source>
        <translation>Writing… page {page} of {pages}</translation>
    </message>
    <message numerus="yes">
        <source>プリンターに送りました（%n ページ）。</source>
        <translation>
            <numerusform>Sent to the printer (%n page).</numerusform>
            <numerusform>Sent to the printer (%n pages).</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ProbabilityView</name>
    <message>
        <source>ほかの候補</source>
        <translation>Alternatives</translation>
    </message>
    <message>
        <source>答え</source>
        <translation>Answer</translation>
    </message>
    <message>
        <source>止める</source>
        <translation>Stop</translation>
    </message>
    <message>
        <source>色が濃いほど、モデルが迷ったところです。文字にふれると、ほかの候補が見えます。</source>
        <translation>The darker the ground, the less sure the model was. Point at a word to see the alternatives.</translation>
    </message>
    <message>
        <source>考えたことは、計算に入れていません。</source>
        <translation>Its thoughts are not counted in.</translation>
    </message>
    <message>
        <source>途中で止めました。</source>
        <translation>Stopped on the way.</translation>
    </message>
    <message>
        <source>「{text}」{percent}。候補: {others}</source>
        <translation>“{text}” {percent}. Alternatives: {others}</translation>
    </message>
</context>
<context>
    <name>PromptView</name>
    <message>
        <source>モデルに渡した文</source>
        <translation>What the model was given</translation>
    </message>
    <message>
        <source>文</source>
        <translation>Text</translation>
    </message>
    <message>
        <source>トークン</source>
        <translation>Tokens</translation>
    </message>
    <message>
        <source>コピー</source>
        <translation>Copy</translation>
    </message>
    <message>
        <source>番号を表示</source>
        <translation>Show numbers</translation>
    </message>
    <message>
        <source>文が長すぎて、コンテキストに入りません（{count} / {length} トークン）。</source>
        <translation>The text is too long for the context ({count} / {length} tokens).</translation>
    </message>
    <message>
        <source>{count} / {length} トークン。色の付いた部分は、モデルへの合図です。</source>
        <translation>{count} / {length} tokens. What is coloured are signals to the model.</translation>
    </message>
    <message>
        <source>合図</source>
        <translation>signal</translation>
    </message>
    <message>
        <source>{place}番目&#x3000;「{text}」&#x3000;番号 {number}&#x3000;{kind}</source>
        <translation>No. {place}&#x3000;“{text}”&#x3000;id {number}&#x3000;{kind}</translation>
    </message>
    <message>
        <source>番号を隠す</source>
        <translation>Hide numbers</translation>
    </message>
    <message>
        <source>コピーしました</source>
        <translation>Copied</translation>
    </message>
</context>
<context>
    <name>Question</name>
    <message>
        <source>やめる</source>
        <translation>Cancel</translation>
    </message>
</context>
<context>
    <name>QuestionView</name>
    <message>
        <source>折りたたむ</source>
        <translation>Fold</translation>
    </message>
    <message>
        <source>すべて表示</source>
        <translation>Show all</translation>
    </message>
</context>
<context>
    <name>QuickAsk</name>
    <message>
        <source>すぐに聞く</source>
        <translation>Quick question</translation>
    </message>
    <message>
        <source>質問を書いてEnter</source>
        <translation>Type a question, then Enter</translation>
    </message>
    <message>
        <source>質問</source>
        <translation>Question</translation>
    </message>
    <message>
        <source>止める</source>
        <translation>Stop</translation>
    </message>
    <message>
        <source>対話を開く</source>
        <translation>Open the chat</translation>
    </message>
    <message>
        <source>コピーしました。</source>
        <translation>Copied.</translation>
    </message>
    <message>
        <source>対話として残ります。Escで閉じます。</source>
        <translation>Kept as a chat. Esc closes.</translation>
    </message>
    <message>
        <source>考えています…</source>
        <translation>Thinking…</translation>
    </message>
    <message>
        <source>答えが終わりました。</source>
        <translation>The answer is finished.</translation>
    </message>
</context>
<context>
    <name>QuoteButton</name>
    <message>
        <source>引用して質問</source>
        <translation>Quote and ask</translation>
    </message>
</context>
<context>
    <name>Rail</name>
    <message>
        <source>対話</source>
        <translation>Chats</translation>
    </message>
    <message>
        <source>モデル</source>
        <translation>Models</translation>
    </message>
    <message>
        <source>操作</source>
        <translation>Actions</translation>
    </message>
    <message>
        <source>設定</source>
        <translation>Settings</translation>
    </message>
</context>
<context>
    <name>Rescue</name>
    <message>
        <source>終了</source>
        <translation>Quit</translation>
    </message>
    <message>
        <source>いちばん新しい控えは {when} のもので、合言葉で守られています。</source>
        <translation>The newest backup is of {when} and protected by a passphrase.</translation>
    </message>
    <message>
        <source>いちばん新しい控えは {when} のものです。</source>
        <translation>The newest backup is from {when}.</translation>
    </message>
    <message>
        <source>控えから戻す</source>
        <translation>Restore the backup</translation>
    </message>
    <message>
        <source>合言葉で開いて戻す…</source>
        <translation>Go back with the passphrase…</translation>
    </message>
    <message>
        <source>空の状態で始める</source>
        <translation>Start empty</translation>
    </message>
    <message>
        <source>壊れたファイルは消さずに、別の名前で残します。</source>
        <translation>The damaged file is not deleted; it is kept under another name.</translation>
    </message>
    <message>
        <source>もう一度試す</source>
        <translation>Try again</translation>
    </message>
    <message>
        <source>合言葉の要らない控えでは、{when} のものがいちばん新しいです。</source>
        <translation>The newest backup without a passphrase is of {when}.</translation>
    </message>
    <message>
        <source>言の葉</source>
        <translation>Kotonoha</translation>
    </message>
</context>
<context>
    <name>SearchFilters</name>
    <message>
        <source>スター付き</source>
        <translation>starred</translation>
    </message>
    <message>
        <source>アーカイブを除く</source>
        <translation>without the archive</translation>
    </message>
    <message>
        <source>スターの付いたものだけ</source>
        <translation>Only what is starred</translation>
    </message>
    <message>
        <source>時期</source>
        <translation>When</translation>
    </message>
    <message>
        <source>モデル</source>
        <translation>Model</translation>
    </message>
    <message>
        <source>プリセット</source>
        <translation>Preset</translation>
    </message>
    <message>
        <source>タグ</source>
        <translation>Tags</translation>
    </message>
    <message>
        <source>絞り込みを外す</source>
        <translation>Clear the filters</translation>
    </message>
    <message>
        <source>いつでも</source>
        <translation>Any time</translation>
    </message>
    <message>
        <source>この24時間</source>
        <translation>Last 24 hours</translation>
    </message>
    <message>
        <source>この7日間</source>
        <translation>Last 7 days</translation>
    </message>
    <message>
        <source>この30日間</source>
        <translation>Last 30 days</translation>
    </message>
    <message>
        <source>この1年</source>
        <translation>Last year</translation>
    </message>
    <message>
        <source>すべて</source>
        <translation>All</translation>
    </message>
    <message>
        <source>フォルダー</source>
        <translation>Folder</translation>
    </message>
</context>
<context>
    <name>SearchResults</name>
    <message>
        <source>見つかった対話</source>
        <translation>Chats found</translation>
    </message>
</context>
<context>
    <name>SettingsPage</name>
    <message>
        <source>全般</source>
        <translation>General</translation>
    </message>
    <message>
        <source>変えたことは、すぐに反映され、保存されます。</source>
        <translation>Changes take effect and are saved at once.</translation>
    </message>
    <message>
        <source>言語</source>
        <translation>Language</translation>
    </message>
    <message>
        <source>画面に表示する言語です。</source>
        <translation>The language of the window.</translation>
    </message>
    <message>
        <source>システムに合わせる</source>
        <translation>Same as system</translation>
    </message>
    <message>
        <source>このキーは使えません。</source>
        <translation>These keys cannot be used.</translation>
    </message>
    <message>
        <source>{keys} は「{name}」で使っています。別のキーを選んでください。</source>
        <translation>“{name}” uses {keys}. Choose other keys.</translation>
    </message>
    <message>
        <source>配色</source>
        <translation>Colours</translation>
    </message>
    <message>
        <source>明るい紙の色か、暗い墨の色か。</source>
        <translation>Light paper or dark ink.</translation>
    </message>
    <message>
        <source>明るい</source>
        <translation>Light</translation>
    </message>
    <message>
        <source>暗い</source>
        <translation>Dark</translation>
    </message>
    <message>
        <source>文字の大きさ</source>
        <translation>Text size</translation>
    </message>
    <message>
        <source>入力</source>
        <translation>Writing</translation>
    </message>
    <message>
        <source>日本語入力で変換している間のEnterは、送信になりません。</source>
        <translation>While an input method composes, Enter never sends.</translation>
    </message>
    <message>
        <source>Enterで送信</source>
        <translation>Enter sends</translation>
    </message>
    <message>
        <source>入れると Enter で送信し、Shift+Enter で改行します。切ると Ctrl+Enter で送信します。</source>
        <translation>On: Enter sends, Shift+Enter starts a new line. Off: Ctrl+Enter sends.</translation>
    </message>
    <message>
        <source>モデルの動かし方</source>
        <translation>Models</translation>
    </message>
    <message>
        <source>わからないものは、そのままで大丈夫です。次の答えから反映されます。</source>
        <translation>If in doubt, leave a setting as it is. Changes count from the next answer.</translation>
    </message>
    <message>
        <source>いつもの指示</source>
        <translation>Standing instructions</translation>
    </message>
    <message>
        <source>プリセットを選ばない対話で、毎回モデルに渡す文です。空でもかまいません。</source>
        <translation>Given to the model each time in chats without a preset. May be empty.</translation>
    </message>
    <message>
        <source>コンテキスト長</source>
        <translation>Context length</translation>
    </message>
    <message>
        <source>モデルが一度に見る長さです。長いほどメモリを使います。「自動」はモデルの学習時の長さで、最大 8,192 です。</source>
        <translation>How much the model sees at once. Longer takes more memory. Automatic is the length that it was trained with, at most 8,192.</translation>
    </message>
    <message>
        <source>自動</source>
        <translation>Automatic</translation>
    </message>
    <message>
        <source> トークン</source>
        <translation> tokens</translation>
    </message>
    <message>
        <source>答えの長さの上限</source>
        <translation>Longest answer</translation>
    </message>
    <message>
        <source>ここまで書いたら止めます。続きは「続ける」で書かせられます。</source>
        <translation>The answer stops there. “Continue” lets it go on.</translation>
    </message>
    <message>
        <source>上限なし</source>
        <translation>No limit</translation>
    </message>
    <message>
        <source>メモリから外すまで</source>
        <translation>Free the memory after</translation>
    </message>
    <message>
        <source>使わない時間がこれだけ続くと、モデルをメモリから外します。次の質問で読み込み直します。</source>
        <translation>A model that is not used for so long leaves the memory. The next question loads it again.</translation>
    </message>
    <message>
        <source>外さない</source>
        <translation>Never</translation>
    </message>
    <message>
        <source> 分</source>
        <translation> min</translation>
    </message>
    <message>
        <source>温度</source>
        <translation>Temperature</translation>
    </message>
    <message>
        <source>低いほど堅実に、高いほど自由に書きます。0 では毎回同じ答えになります。</source>
        <translation>Lower is steadier, higher is freer. At 0 the answer is the same each time.</translation>
    </message>
    <message>
        <source>確率の合計がこの値になるまでの候補から選びます。1 にすると無効です。</source>
        <translation>Chooses among the likeliest words that together reach this probability. 1 turns it off.</translation>
    </message>
    <message>
        <source>上位いくつの候補から選ぶか。0 にすると無効です。</source>
        <translation>Chooses among so many of the likeliest words. 0 turns it off.</translation>
    </message>
    <message>
        <source>最有力の候補に対する割合がこれより低い候補を除きます。0 にすると無効です。</source>
        <translation>Leaves out words less likely than this share of the likeliest. 0 turns it off.</translation>
    </message>
    <message>
        <source>同じ言葉の繰り返しを減らします。1 にすると無効です。</source>
        <translation>Makes repeated words rarer. 1 turns it off.</translation>
    </message>
    <message>
        <source>繰り返しの抑制</source>
        <translation>Repeat penalty</translation>
    </message>
    <message>
        <source>キー操作</source>
        <translation>Shortcuts</translation>
    </message>
    <message>
        <source>トレイに置く</source>
        <translation>Stay in the tray</translation>
    </message>
    <message>
        <source>ウィンドウを閉じても、トレイのアイコンから呼び出せます。終了もそこからです。</source>
        <translation>After closing the window, it can be called from the icon in the tray. Quit from there too.</translation>
    </message>
    <message>
        <source>このデスクトップには、アイコンを置くトレイがありません。</source>
        <translation>This desktop has no tray for an icon.</translation>
    </message>
    <message>
        <source>すぐに聞く</source>
        <translation>Quick question</translation>
    </message>
    <message>
        <source>見た目</source>
        <translation>Appearance</translation>
    </message>
    <message>
        <source>読みやすいように、色と文字と間隔を選びます。</source>
        <translation>Choose colours, text and spacing so that it reads well.</translation>
    </message>
    <message>
        <source>対話と入力欄の文字です。キーでも変えられます（「キー操作」にあります）。</source>
        <translation>Text of chats and of the message field. It also has keys (see Shortcuts).</translation>
    </message>
    <message>
        <source>間隔</source>
        <translation>Density</translation>
    </message>
    <message>
        <source>行や一覧の間のあき方です。</source>
        <translation>How much space lines and lists have.</translation>
    </message>
    <message>
        <source>ゆったり</source>
        <translation>Roomy</translation>
    </message>
    <message>
        <source>標準</source>
        <translation>Standard</translation>
    </message>
    <message>
        <source>詰める</source>
        <translation>Compact</translation>
    </message>
    <message>
        <source>文章の書体</source>
        <translation>Font for text</translation>
    </message>
    <message>
        <source>対話と入力欄の文章の書体です。</source>
        <translation>For chats and the message field.</translation>
    </message>
    <message>
        <source>コードの書体</source>
        <translation>Font for code</translation>
    </message>
    <message>
        <source>プログラムなどに使う、字の幅がそろった書体です。</source>
        <translation>A font with letters of equal width, for programs.</translation>
    </message>
    <message>
        <source>動きを減らす</source>
        <translation>Reduce motion</translation>
    </message>
    <message>
        <source>待っている間の明滅などを止めます。システムでそう決めてあるときは、いつも止まります。</source>
        <translation>Stops pulsing while waiting and the like. Where the system says so, it always stops.</translation>
    </message>
    <message>
        <source>言葉の選び方</source>
        <translation>Choosing words</translation>
    </message>
    <message>
        <source>詳しい方のための設定です。「自動」は、モデルの推奨値か llama.cpp の既定値になります。</source>
        <translation>For those who know. Automatic is what the model recommends, else llama.cpp&apos;s default.</translation>
    </message>
    <message>
        <source>空回りを止める</source>
        <translation>End loops</translation>
    </message>
    <message>
        <source>同じ文の繰り返しから抜け出せなくなった答えを、そこで終わらせます。</source>
        <translation>Ends an answer that can no longer leave the same sentence.</translation>
    </message>
    <message>
        <source>さかのぼる長さ</source>
        <translation>Look back</translation>
    </message>
    <message>
        <source>繰り返しの抑制と次の2つが、答えのどこまでを振り返るかです。0 にすると無効です。</source>
        <translation>How much of the answer the repeat penalty and the next two look at. 0 turns them off.</translation>
    </message>
    <message>
        <source>頻度ペナルティ</source>
        <translation>Frequency penalty</translation>
    </message>
    <message>
        <source>使った回数が多い言葉ほど、選ばれにくくします。0 にすると無効です。</source>
        <translation>The more often a word was used, the less likely it comes. 0 turns it off.</translation>
    </message>
    <message>
        <source>存在ペナルティ</source>
        <translation>Presence penalty</translation>
    </message>
    <message>
        <source>一度でも使った言葉を、選ばれにくくします。0 にすると無効です。</source>
        <translation>A word that was used at all is less likely to be chosen. 0 turns it off.</translation>
    </message>
    <message>
        <source>同じ語の並びを、長く続くほど強く抑えます。0.8 が目安で、0 にすると無効です。</source>
        <translation>Holds back repeated sequences, the longer the more. 0.8 is usual; 0 turns it off.</translation>
    </message>
    <message>
        <source>DRYが許す長さ</source>
        <translation>Length that DRY allows</translation>
    </message>
    <message>
        <source>この長さまでの並びは、繰り返しても抑えません。</source>
        <translation>Sequences up to this length may repeat.</translation>
    </message>
    <message>
        <source>最有力の候補から、標準偏差のこの倍より離れた候補を除きます。0 にすると無効です。</source>
        <translation>Drops candidates further from the best than so many standard deviations. 0 turns it off.</translation>
    </message>
    <message>
        <source>意外さが平均に近い候補から、確率の合計がこの値まで残します。1 にすると無効です。</source>
        <translation>Keeps candidates of average surprise until their probabilities add up to this. 1 turns it off.</translation>
    </message>
    <message>
        <source>XTCの確率</source>
        <translation>XTC probability</translation>
    </message>
    <message>
        <source>この確率で、ありきたりな候補を外して意外な言葉を選びます。0 にすると無効です。</source>
        <translation>With this probability, the commonplace is dropped for the surprising. 0 turns it off.</translation>
    </message>
    <message>
        <source>XTCのしきい値</source>
        <translation>XTC threshold</translation>
    </message>
    <message>
        <source>確率がこれより高い候補を、ありきたりとみなします。0.5 を超えると無効です。</source>
        <translation>What is more probable counts as commonplace. Above 0.5 it is off.</translation>
    </message>
    <message>
        <source>温度の変化幅</source>
        <translation>Dynamic temperature</translation>
    </message>
    <message>
        <source>モデルが迷うほど温度を上げ、確信があるほど下げます。0 にすると無効です。</source>
        <translation>Warmer where the model hesitates, cooler where it is sure. 0 turns it off.</translation>
    </message>
    <message>
        <source>文の意外さを一定に保ちます。1 と 2 は方式で、上の多くに代わります。0 にすると無効です。</source>
        <translation>Keeps the surprise of the text even. 1 and 2 are its versions, in place of most of the above. 0 turns it off.</translation>
    </message>
    <message>
        <source>Mirostatの目標</source>
        <translation>Mirostat target</translation>
    </message>
    <message>
        <source>保つ意外さです。低いほど堅実に、高いほど自由に書きます。</source>
        <translation>The surprise to keep. Lower is steadier, higher is freer.</translation>
    </message>
    <message>
        <source>Mirostatの速さ</source>
        <translation>Mirostat rate</translation>
    </message>
    <message>
        <source>目標に合わせる速さです。</source>
        <translation>How fast it adapts.</translation>
    </message>
    <message>
        <source>保存と控え</source>
        <translation>Storage</translation>
    </message>
    <message>
        <source>対話は、書いたそばからこのPCの中に保存されます。</source>
        <translation>Chats are saved on this computer as they are written.</translation>
    </message>
    <message>
        <source>フォルダーを開く</source>
        <translation>Open the folder</translation>
    </message>
    <message>
        <source>保存場所</source>
        <translation>Location</translation>
    </message>
    <message>
        <source>残さない</source>
        <translation>Keep none</translation>
    </message>
    <message>
        <source>計算の保存</source>
        <translation>Saved computations</translation>
    </message>
    <message>
        <source>対話の計算を残しておく容量です。古い対話に戻ったときも、すぐに答え始めます。</source>
        <translation>Space for what chats have computed. Old chats answer at once when you come back.</translation>
    </message>
    <message>
        <source>ごみ箱を開く</source>
        <translation>Open the bin</translation>
    </message>
    <message>
        <source>ごみ箱</source>
        <translation>Bin</translation>
    </message>
    <message>
        <source>消した対話は30日間ここにあり、元に戻せます。</source>
        <translation>Deleted chats stay here for 30 days and can be restored.</translation>
    </message>
    <message>
        <source>対話の計算を残しておく容量です。古い対話に戻ったときも、すぐに答え始めます。いま {used} GB を使っています。</source>
        <translation>Space for what chats have computed. Old chats answer at once when you come back. {used} GB are in use now.</translation>
    </message>
    <message>
        <source>言の葉について</source>
        <translation>About Kotonoha</translation>
    </message>
    <message>
        <source>日本語の言語モデルと、このPCの中だけで話すためのアプリケーションです。</source>
        <translation>An application for chatting with Japanese language models entirely on this computer.</translation>
    </message>
    <message>
        <source>版</source>
        <translation>Version</translation>
    </message>
    <message>
        <source>通信</source>
        <translation>Network</translation>
    </message>
    <message>
        <source>この版には、外部と通信する機能がありません。文章はこのPCの外に出ません。</source>
        <translation>This version cannot connect to anything outside. Your text does not leave this computer.</translation>
    </message>
    <message>
        <source>読む</source>
        <translation>Read</translation>
    </message>
    <message>
        <source>ライセンス</source>
        <translation>Licences</translation>
    </message>
    <message>
        <source>言の葉は Apache License 2.0 です。使っている部品のライセンスは一覧にあります。</source>
        <translation>Kotonoha is under the Apache License 2.0. The licences of its parts are listed.</translation>
    </message>
    <message>
        <source>フォルダーを開くアプリがありません。場所: {folder}</source>
        <translation>There is no application to open folders. It is here: {folder}</translation>
    </message>
    <message>
        <source>既定に戻す</source>
        <translation>Back to defaults</translation>
    </message>
    <message>
        <source>例: 日本語で、結論から短く答えてください。</source>
        <translation>For example: Answer briefly, the conclusion first.</translation>
    </message>
</context>
<context>
    <name>Shortcuts</name>
    <message>
        <source>キー操作</source>
        <translation>Shortcuts</translation>
    </message>
    <message>
        <source>キーの欄を押してから、使いたいキーを押します。Backspace で割り当てを外し、Esc でやめます。</source>
        <translation>Press a key field, then the keys you want. Backspace removes them, Esc cancels.</translation>
    </message>
    <message>
        <source>すべて既定に戻す</source>
        <translation>Reset all</translation>
    </message>
    <message>
        <source>{name}を既定のキーに戻す</source>
        <translation>Reset the keys of {name}</translation>
    </message>
    <message>
        <source>{keys} は「{name}」で使っています。もう一度同じキーを選ぶと、こちらに移します。</source>
        <translation>{keys} is used by “{name}”. Choose the same keys again to move them here.</translation>
    </message>
    <message>
        <source>このキーは使えません。</source>
        <translation>These keys cannot be used.</translation>
    </message>
    <message>
        <source>文字を打つキーは、Ctrl か Alt と組み合わせてください。</source>
        <translation>Combine a key that types with Ctrl or Alt.</translation>
    </message>
    <message>
        <source>{keys} は文章の編集と送信に使うキーです。</source>
        <translation>{keys} is used for editing and sending text.</translation>
    </message>
    <message>
        <source>{keys} は日本語入力の切り替えに使うキーです。</source>
        <translation>{keys} is used to switch Japanese input.</translation>
    </message>
</context>
<context>
    <name>SideBySide</name>
    <message>
        <source>答えを並べる</source>
        <translation>Compare answers</translation>
    </message>
    <message>
        <source>閉じる</source>
        <translation>Close</translation>
    </message>
</context>
<context>
    <name>Sidebar</name>
    <message>
        <source>新しい対話</source>
        <translation>New chat</translation>
    </message>
    <message>
        <source>対話を探す</source>
        <translation>Find a chat</translation>
    </message>
    <message>
        <source>絞り込む</source>
        <translation>Filter</translation>
    </message>
    <message>
        <source>絞り込みを外す</source>
        <translation>Clear the filters</translation>
    </message>
    <message>
        <source>ここに対話が並びます。</source>
        <translation>Your chats will be here.</translation>
    </message>
    <message>
        <source>ごみ箱</source>
        <translation>Bin</translation>
    </message>
    <message>
        <source>絞り込みを外す: {words}</source>
        <translation>Clear the filters: {words}</translation>
    </message>
    <message>
        <source>見つかりませんでした。ほかの言葉でも探せます。</source>
        <translation>Nothing found. Try other words.</translation>
    </message>
    <message>
        <source>見つかりませんでした。絞り込みを外すと、見つかるかもしれません。</source>
        <translation>Nothing found. There may be something without the filters.</translation>
    </message>
    <message>
        <source>ほかにもあります。言葉を足すと絞れます。</source>
        <translation>There is more. Add a word to narrow it.</translation>
    </message>
    <message>
        <source>まだ索引を作っています。見つからない対話があるかもしれません。</source>
        <translation>Still indexing. Some chats may not be found yet.</translation>
    </message>
</context>
<context>
    <name>SlashMenu</name>
    <message>
        <source>コマンド</source>
        <translation>Commands</translation>
    </message>
</context>
<context>
    <name>SpeedPlot</name>
    <message>
        <source>、</source>
        <translation>, </translation>
    </message>
    <message>
        <source>{tokens} トークンで毎秒 {speed}</source>
        <translation>{speed} a second at {tokens} tokens</translation>
    </message>
</context>
<context>
    <name>TemplateDialog</name>
    <message>
        <source>チャットテンプレート</source>
        <translation>Chat template</translation>
    </message>
    <message>
        <source>空のときは、モデルのものを使います。このモデルにないときは、台本の形で渡します。</source>
        <translation>Empty: the model&apos;s own is used, or a transcript where it has none.</translation>
    </message>
    <message>
        <source>試した結果</source>
        <translation>Result of the trial</translation>
    </message>
    <message>
        <source>「試す」と、短い対話をモデルに渡す文がここに出ます。</source>
        <translation>“Try” shows here what a short chat is given to the model as.</translation>
    </message>
    <message>
        <source>モデルのものに戻す</source>
        <translation>Back to the model&apos;s own</translation>
    </message>
    <message>
        <source>試す</source>
        <translation>Try</translation>
    </message>
    <message>
        <source>保存</source>
        <translation>Save</translation>
    </message>
    <message>
        <source>直したテンプレートは、まだ保存されていません。</source>
        <translation>The changed template is not saved yet.</translation>
    </message>
    <message>
        <source>編集に戻る</source>
        <translation>Go on editing</translation>
    </message>
    <message>
        <source>保存せずに閉じる</source>
        <translation>Close without saving</translation>
    </message>
    <message>
        <source>テンプレートは使えます。下が、短い対話をモデルに渡す文です（{count} トークン）。</source>
        <translation>The template works. Below is what a short chat is given to the model as ({count} tokens).</translation>
    </message>
    <message>
        <source>対話をモデルに渡す文の形を、Jinja2 で書きます。わからないときは、そのままで大丈夫です。</source>
        <translation>The form in which a chat is given to the model, in Jinja2. Leave it alone if you are not sure.</translation>
    </message>
    <message>
        <source>テンプレートが長すぎます（最大 {most} 文字）。</source>
        <translation>The template is too long (at most {most} characters).</translation>
    </message>
    <message>
        <source>試しています…</source>
        <translation>Trying…</translation>
    </message>
</context>
<context>
    <name>TextDialog</name>
    <message>
        <source>閉じる</source>
        <translation>Close</translation>
    </message>
</context>
<context>
    <name>Thoughts</name>
    <message>
        <source>考えています…</source>
        <translation>Thinking…</translation>
    </message>
    <message>
        <source>考えたこと</source>
        <translation>Thoughts</translation>
    </message>
    <message>
        <source>{seconds}秒考えました</source>
        <translation>Thought for {seconds} s</translation>
    </message>
    <message>
        <source>{minutes}分{seconds}秒考えました</source>
        <translation>Thought for {minutes} min {seconds} s</translation>
    </message>
    <message>
        <source>たたむ</source>
        <translation>Close</translation>
    </message>
    <message>
        <source>ひらく</source>
        <translation>Open</translation>
    </message>
</context>
<context>
    <name>Toast</name>
    <message>
        <source>元に戻す</source>
        <translation>Undo</translation>
    </message>
</context>
<context>
    <name>Transcript</name>
    <message>
        <source>ここより前は要約して渡しています</source>
        <translation>What is above is given as a summary</translation>
    </message>
    <message>
        <source>対話</source>
        <translation>Chats</translation>
    </message>
    <message numerus="yes">
        <source>ここより前の%n件は、モデルに渡されていません</source>
        <translation>
            <numerusform>The message above is not given to the model</numerusform>
            <numerusform>The %n messages above are not given to the model</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Tray</name>
    <message>
        <source>言の葉</source>
        <translation>Kotonoha</translation>
    </message>
    <message>
        <source>すぐに聞く</source>
        <translation>Quick question</translation>
    </message>
    <message>
        <source>ウィンドウを開く</source>
        <translation>Open the window</translation>
    </message>
    <message>
        <source>新しいウィンドウ</source>
        <translation>New window</translation>
    </message>
    <message>
        <source>終了</source>
        <translation>Quit</translation>
    </message>
</context>
<context>
    <name>Unchecked</name>
    <message>
        <source>元の資料でまだ確かめていない内容です。入手する前に、配布元で確かめてください。</source>
        <translation>Not checked against its source yet. Please check it at its source before you get it.</translation>
    </message>
    <message>
        <source>未確認</source>
        <translation>Unverified</translation>
    </message>
</context>
<context>
    <name>Unlocking</name>
    <message>
        <source>合言葉が違います。もう一度入れてください。</source>
        <translation>The passphrase is wrong. Please type it again.</translation>
    </message>
</context>
<context>
    <name>Welcome</name>
    <message>
        <source>日本語の言語モデルと、このPCの中だけで話せます。料金も、登録もいりません。</source>
        <translation>Chat with Japanese language models on this computer alone. No fees, no account.</translation>
    </message>
    <message>
        <source>こんなことから始められます</source>
        <translation>Things to try</translation>
    </message>
    <message>
        <source>言の葉</source>
        <translation>Kotonoha</translation>
    </message>
    <message>
        <source>手元の .gguf ファイルを使う</source>
        <translation>Use a .gguf file of your own</translation>
    </message>
    <message>
        <source>たずねる</source>
        <translation>Ask</translation>
    </message>
    <message>
        <source>日本の首都はどこですか？</source>
        <translation>日本の首都はどこですか？</translation>
    </message>
    <message>
        <source>書き直す</source>
        <translation>Rewrite</translation>
    </message>
    <message>
        <source>次の文を丁寧な敬語に直してください。「明日の会議、少し遅れます」</source>
        <translation>次の文を丁寧な敬語に直してください。「明日の会議、少し遅れます」</translation>
    </message>
    <message>
        <source>考えを広げる</source>
        <translation>Find ideas</translation>
    </message>
    <message>
        <source>雨の日に家で楽しめることを五つ挙げてください。</source>
        <translation>雨の日に家で楽しめることを五つ挙げてください。</translation>
    </message>
    <message>
        <source>書いてもらう</source>
        <translation>Have it write</translation>
    </message>
    <message>
        <source>秋の夕暮れを題にした短い詩を書いてください。</source>
        <translation>秋の夕暮れを題にした短い詩を書いてください。</translation>
    </message>
</context>
<context>
    <name>Window</name>
    <message>
        <source>言の葉</source>
        <translation>Kotonoha</translation>
    </message>
    <message>
        <source>「{name}」を使います。</source>
        <translation>“{name}” answers from now on.</translation>
    </message>
    <message>
        <source>{title} — 言の葉</source>
        <translation>{title} — Kotonoha</translation>
    </message>
    <message>
        <source>書き終わった答えが、まだありません。</source>
        <translation>There is no finished answer yet.</translation>
    </message>
    <message>
        <source>コピーしました。</source>
        <translation>Copied.</translation>
    </message>
    <message>
        <source>まだ何もない対話です。何かを書いてから、もう一度どうぞ。</source>
        <translation>This chat is still empty. Write something first.</translation>
    </message>
    <message>
        <source>新しい対話</source>
        <translation>New chat</translation>
    </message>
    <message>
        <source>元に戻す操作は、いまありません。</source>
        <translation>There is nothing to undo now.</translation>
    </message>
    <message>
        <source>控えを作りました: {name}</source>
        <translation>Backed up: {name}</translation>
    </message>
</context>
<context>
    <name>Windows</name>
    <message>
        <source>ウィンドウは{most}個まで開けます。</source>
        <translation>Up to {most} windows can be open.</translation>
    </message>
</context>
<context>
    <name>WishesDialog</name>
    <message>
        <source>おすすめを聞く</source>
        <translation>Recommend one</translation>
    </message>
    <message>
        <source>おもに何に使いますか</source>
        <translation>What is it mainly for?</translation>
    </message>
    <message>
        <source>会話・相談</source>
        <translation>Talking</translation>
    </message>
    <message>
        <source>話し相手、考えの整理</source>
        <translation>a partner to think with</translation>
    </message>
    <message>
        <source>文章</source>
        <translation>Writing</translation>
    </message>
    <message>
        <source>メール、下書き、校正</source>
        <translation>mail, drafts, proofreading</translation>
    </message>
    <message>
        <source>翻訳</source>
        <translation>Translation</translation>
    </message>
    <message>
        <source>日本語と外国語</source>
        <translation>Japanese and other languages</translation>
    </message>
    <message>
        <source>文書を読む</source>
        <translation>Reading documents</translation>
    </message>
    <message>
        <source>要約、抜き出し</source>
        <translation>summaries, extracts</translation>
    </message>
    <message>
        <source>筋道の要る質問</source>
        <translation>Reasoning</translation>
    </message>
    <message>
        <source>説明、計算、比べる</source>
        <translation>explain, calculate, compare</translation>
    </message>
    <message>
        <source>プログラム</source>
        <translation>Programming</translation>
    </message>
    <message>
        <source>書く、直す、読む</source>
        <translation>write, mend, read</translation>
    </message>
    <message>
        <source>何を大切にしますか</source>
        <translation>What matters?</translation>
    </message>
    <message>
        <source>速さ</source>
        <translation>Speed</translation>
    </message>
    <message>
        <source>すぐに返事がほしい</source>
        <translation>answers at once</translation>
    </message>
    <message>
        <source>ほどほど</source>
        <translation>Balance</translation>
    </message>
    <message>
        <source>釣り合いを取る</source>
        <translation>of both</translation>
    </message>
    <message>
        <source>品質</source>
        <translation>Quality</translation>
    </message>
    <message>
        <source>少し待ってもよい</source>
        <translation>may take a little</translation>
    </message>
    <message>
        <source>仕事（商用）で使いますか</source>
        <translation>For commercial work?</translation>
    </message>
    <message>
        <source>使わない</source>
        <translation>No</translation>
    </message>
    <message>
        <source>個人や研究で</source>
        <translation>private, or research</translation>
    </message>
    <message>
        <source>使う</source>
        <translation>Yes</translation>
    </message>
    <message>
        <source>商用にできるものだけ</source>
        <translation>only what allows it</translation>
    </message>
    <message>
        <source>このPCでのおすすめ</source>
        <translation>Recommended for this computer</translation>
    </message>
    <message>
        <source>閉じる</source>
        <translation>Close</translation>
    </message>
    <message>
        <source>この条件で動くモデルは見つかりませんでした。条件を変えてみてください。</source>
        <translation>No model was found that runs here under these conditions. Try others.</translation>
    </message>
    <message>
        <source>このPCの速さとメモリを調べています…</source>
        <translation>Looking at this computer’s speed and memory…</translation>
    </message>
</context>
<context>
    <name>Writing</name>
    <message>
        <source>大きな欄で書く</source>
        <translation>Write in a large field</translation>
    </message>
    <message>
        <source>入力欄に戻る</source>
        <translation>Back to the field</translation>
    </message>
</context>
<context>
    <name>_Delegate</name>
    <message>
        <source>対話の題名</source>
        <translation>Title of the chat</translation>
    </message>
</context>
<context>
    <name>_Model</name>
    <message>
        <source>新しい対話</source>
        <translation>New chat</translation>
    </message>
    <message>
        <source>あなた</source>
        <translation>You</translation>
    </message>
    <message>
        <source>答え</source>
        <translation>Answer</translation>
    </message>
</context>
<context>
    <name>_Rows</name>
    <message>
        <source>あなた</source>
        <translation>You</translation>
    </message>
    <message>
        <source>答え</source>
        <translation>Answer</translation>
    </message>
</context>
<context>
    <name>_Side</name>
    <message>
        <source>どの版を見るか</source>
        <translation>Which version to see</translation>
    </message>
    <message>
        <source>答え</source>
        <translation>Answer</translation>
    </message>
    <message>
        <source>使っている答え</source>
        <translation>In use</translation>
    </message>
    <message>
        <source>この答えで続ける</source>
        <translation>Go on with this answer</translation>
    </message>
</context>
<context>
    <name>save_code</name>
    <message>
        <source>コードを保存</source>
        <translation>Save code</translation>
    </message>
    <message>
        <source>すべてのファイル (*)</source>
        <translation>All files (*)</translation>
    </message>
</context>
</TS>
