<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US" sourcelanguage="ja_JP">
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
        <translation>Take “{name}” out</translation>
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
        <translation>
            <numerusform>%n chat will be erased. This cannot be undone.</numerusform>
            <numerusform>%n chats will be erased. This cannot be undone.</numerusform>
        </translation>
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
        <translation>
            <numerusform>%n character</numerusform>
            <numerusform>%n characters</numerusform>
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
</context>
<context>
    <name>ContextMeter</name>
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
        <source>考えています…</source>
        <translation>Thinking…</translation>
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
        <source>ここまでの要約</source>
        <translation>The summary up to here</translation>
    </message>
    <message>
        <source>ほかの答えが書き終わるのを待っています…</source>
        <translation>Waiting for another answer to finish…</translation>
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
    <message>
        <source>{speed} トークン/秒</source>
        <translation>{speed} tokens/s</translation>
    </message>
    <message>
        <source>{count}つのうち{number}つめの答え&#x3000;{speed}</source>
        <translation>Answer {number} of {count}&#x3000;{speed}</translation>
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
        <source>もう一度</source>
        <translation>Try again</translation>
    </message>
    <message>
        <source>続ける</source>
        <translation>Continue</translation>
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
        <source>わからないものは「自動」のままで大丈夫です。変えると、次の回答の前に読み込み直します。</source>
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
        <source>変えたことは、次の回答から反映されます。</source>
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
        <source>前の計算は、結果が変わらない分だけ使います。遅くなりますが、同じ条件なら同じ文になります。</source>
        <translation>Reuses only what a fresh start would compute alike. Slower, and the same question gives the same text.</translation>
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
        <translation>Restore</translation>
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
    <name>OfflineLine</name>
    <message>
        <source>オフライン&#x3000;外部通信なし</source>
        <translation>Offline · nothing goes out</translation>
    </message>
</context>
<context>
    <name>OpenFile</name>
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
        <source>同じ文の繰り返しから抜け出せなくなった回答を、そこで終わらせます。</source>
        <translation>Ends an answer that can no longer leave the same sentence.</translation>
    </message>
    <message>
        <source>さかのぼる長さ</source>
        <translation>Look back</translation>
    </message>
    <message>
        <source>繰り返しの抑制と次の2つが、回答のどこまでを振り返るかです。0 にすると無効です。</source>
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
        <translation>A word that was used at all comes less likely. 0 turns it off.</translation>
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
        <source>残さない</source>
        <translation>Keep none</translation>
    </message>
    <message>
        <source>計算の保存</source>
        <translation>Kept computations</translation>
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
        <translation>Restore</translation>
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
