<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US" sourcelanguage="ja_JP">
<context>
    <name>AnswerView</name>
    <message>
        <source>もう一度</source>
        <translation>Try again</translation>
    </message>
    <message>
        <source>続ける</source>
        <translation>Continue</translation>
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
        <source>消した対話は30日間ここにあり、元に戻せます。</source>
        <translation>Deleted chats stay here for 30 days and can be restored.</translation>
    </message>
    <message>
        <source>ごみ箱の対話</source>
        <translation>Chats in the bin</translation>
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
        <source>完全に消す</source>
        <translation>Erase</translation>
    </message>
    <message numerus="yes">
        <source>選んだ対話 %n 件を完全に消します。元には戻せません。</source>
        <translation><numerusform>%n chat will be erased. This cannot be undone.</numerusform><numerusform>%n chats will be erased. This cannot be undone.</numerusform></translation>
    </message>
    <message>
        <source>やめる</source>
        <translation>Cancel</translation>
    </message>
    <message>
        <source>ごみ箱は空です。</source>
        <translation>The bin is empty.</translation>
    </message>
</context>
<context>
    <name>ChatListView</name>
    <message>
        <source>対話の一覧</source>
        <translation>Chats</translation>
    </message>
    <message>
        <source>題名を変える</source>
        <translation>Change the title</translation>
    </message>
    <message>
        <source>ごみ箱に入れる</source>
        <translation>Move to the bin</translation>
    </message>
</context>
<context>
    <name>ChatModel</name>
    <message>
        <source>新しい対話</source>
        <translation>New chat</translation>
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
        <source>すべてのファイル (*)</source>
        <translation>All files (*)</translation>
    </message>
    <message>
        <source>場所:</source>
        <translation>Look in:</translation>
    </message>
    <message>
        <source>ファイル名:</source>
        <translation>File name:</translation>
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
        <source>GGUFファイルを追加…</source>
        <translation>Add a GGUF file…</translation>
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
        <source>Enterで送信、Shift+Enterで改行</source>
        <translation>Enter sends, Shift+Enter breaks the line</translation>
    </message>
    <message>
        <source>Ctrl+Enterで送信、Enterで改行</source>
        <translation>Ctrl+Enter sends, Enter breaks the line</translation>
    </message>
    <message numerus="yes">
        <source>%n 字</source>
        <translation><numerusform>%n character</numerusform><numerusform>%n characters</numerusform></translation>
    </message>
    <message>
        <source>止める</source>
        <translation>Stop</translation>
    </message>
    <message>
        <source>送る</source>
        <translation>Send</translation>
    </message>
</context>
<context>
    <name>ContextMeter</name>
    <message>
        <source>コンテキスト: {total} トークンのうち {used} を使っています</source>
        <translation>Context: {used} of {total} tokens in use</translation>
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
        <source>考えています…</source>
        <translation>Thinking…</translation>
    </message>
    <message>
        <source>読んでいます… {done} / {total} トークン</source>
        <translation>Reading… {done} / {total} tokens</translation>
    </message>
    <message>
        <source>{speed} トークン/秒</source>
        <translation>{speed} tokens/s</translation>
    </message>
    <message>
        <source>モデルを読み込んでいます… {percent} %</source>
        <translation>Loading the model… {percent} %</translation>
    </message>
    <message>
        <source>最初の文字まで {seconds} 秒</source>
        <translation>first word after {seconds} s</translation>
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
        <source>書き直す</source>
        <translation>Rewrite</translation>
    </message>
    <message>
        <source>続ける</source>
        <translation>Continue</translation>
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
    <name>JumpButton</name>
    <message>
        <source>いちばん下へ</source>
        <translation>To the end</translation>
    </message>
</context>
<context>
    <name>LinkDialog</name>
    <message>
        <source>リンクを開く</source>
        <translation>Open a link</translation>
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
        <source>ブラウザーでこのアドレスを開きますか？ここから先は、このPCの外との通信になります。</source>
        <translation>Open this address in the browser? From there on, the browser connects to the outside.</translation>
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
        <source>すべて選択</source>
        <translation>Select all</translation>
    </message>
    <message>
        <source>リンクを開く: {}</source>
        <translation>Open link: {}</translation>
    </message>
    <message>
        <source>リンクのアドレスをコピー</source>
        <translation>Copy link address</translation>
    </message>
    <message>
        <source>コードをコピー</source>
        <translation>Copy code</translation>
    </message>
    <message>
        <source>コピーしました</source>
        <translation>Copied</translation>
    </message>
</context>
<context>
    <name>OfflineLine</name>
    <message>
        <source>オフライン&#x3000;外部通信なし</source>
        <translation>Offline · nothing goes out</translation>
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
    <name>Rail</name>
    <message>
        <source>対話</source>
        <translation>Chats</translation>
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
        <source>いちばん新しい控えは {when} のものです。</source>
        <translation>The newest backup is from {when}.</translation>
    </message>
    <message>
        <source>控えから戻す</source>
        <translation>Restore the backup</translation>
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
        <source>言の葉</source>
        <translation>Kotonoha</translation>
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
        <translation>As the system</translation>
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
        <source>対話と入力欄の文字です。Ctrl++ と Ctrl+- でも変えられます。</source>
        <translation>Of chats and the message field. Ctrl++ and Ctrl+- change it too.</translation>
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
        <translation>On: Enter sends and Shift+Enter breaks the line. Off: Ctrl+Enter sends.</translation>
    </message>
    <message>
        <source>モデルの動かし方</source>
        <translation>Models</translation>
    </message>
    <message>
        <source>わからないものは、そのままで大丈夫です。次の回答から反映されます。</source>
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
        <source>回答の長さの上限</source>
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
        <source>今すぐ控えを作る</source>
        <translation>Back up now</translation>
    </message>
    <message>
        <source>控え</source>
        <translation>Backup</translation>
    </message>
    <message>
        <source>対話・プリセット・設定の写しを backups フォルダーに作ります。新しい7つを残します。</source>
        <translation>Copies chats, presets and settings into the folder “backups”. The newest seven are kept.</translation>
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
    <name>Sidebar</name>
    <message>
        <source>新しい対話</source>
        <translation>New chat</translation>
    </message>
    <message>
        <source>題名で絞り込む</source>
        <translation>Filter by title</translation>
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
        <source>この題名の対話はありません。</source>
        <translation>No chat has this title.</translation>
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
    <name>Toast</name>
    <message>
        <source>元に戻す</source>
        <translation>Restore</translation>
    </message>
</context>
<context>
    <name>Transcript</name>
    <message>
        <source>対話</source>
        <translation>Chats</translation>
    </message>
    <message numerus="yes">
        <source>ここより前の%n件は、モデルに渡されていません</source>
        <translation><numerusform>The message above is not given to the model</numerusform><numerusform>The %n messages above are not given to the model</numerusform></translation>
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
        <source>新しい対話</source>
        <translation>New chat</translation>
    </message>
    <message>
        <source>「{title}」をごみ箱に入れました。</source>
        <translation>“{title}” is in the bin.</translation>
    </message>
    <message>
        <source>控えを作りました: {name}</source>
        <translation>Backed up: {name}</translation>
    </message>
</context>
<context>
    <name>_Delegate</name>
    <message>
        <source>対話の題名</source>
        <translation>Title of the chat</translation>
    </message>
</context>
</TS>
