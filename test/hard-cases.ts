/**
 * Texts that repeat themselves on purpose, written for these tests: whoever looks for loops must leave them alone.
 * And loops of every kind, which must be found.
 */

export interface HardCase {
  readonly name: string;
  readonly language: 'en' | 'zh';
  readonly text: string;
}

const lines = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');

const cities = ['Lisbon', 'Oslo', 'Quito', 'Hanoi', 'Perth', 'Dakar', 'Turin', 'Leeds', 'Bergen', 'Osaka'];
const people = ['Ada', 'Bruno', 'Chen', 'Dora', 'Emil', 'Farah', 'Goran', 'Hana', 'Ivo', 'Jun'];
const trades = 'baker,pilot,nurse,mason,clerk,tailor,farmer,miner,cook,judge'.split(',');
const 城市 = ['北京', '上海', '广州', '成都', '西安', '昆明', '拉萨', '青岛', '厦门', '长沙'];
const 姓名 = ['王小明', '李雪', '张伟', '陈静', '刘洋', '赵敏', '孙浩', '周婷', '吴刚', '郑爽'];
const 职业 = ['教师', '医生', '司机', '厨师', '会计', '记者', '木匠', '画家', '律师', '护士'];

/** Human text, or text as a person or program would write it. */
export const hardCases: readonly HardCase[] = [
  {
    name: 'a ballad with a refrain of one line',
    language: 'en',
    text: `The ferry leaves at half past nine, the river wide and grey,
O row me home, my brother, before the end of day.
The reeds are bent, the heron stands alone upon the clay,
O row me home, my brother, before the end of day.
My mother keeps a candle lit above the quiet bay,
O row me home, my brother, before the end of day.
The bells of seven villages have rung themselves away,
O row me home, my brother, before the end of day.
And if the dark should find us here, then what is left to say?
O row me home, my brother, before the end of day.`,
  },
  {
    name: 'a song with verses and a chorus',
    language: 'en',
    text: `I packed my bag in winter when the snow lay on the road,
the baker gave me bread to eat, the smith a lighter load.

And we sing, oh we sing till the morning comes around,
and the lamps along the harbour lay their silver on the ground.

I crossed the hills by April with the lambs among the thyme,
a shepherd taught me how to count by knots instead of rhyme.

And we sing, oh we sing till the morning comes around,
and the lamps along the harbour lay their silver on the ground.

I reached the sea at harvest, there was nowhere left to go,
so I built a house of driftwood and I learned to fish and row.

And we sing, oh we sing till the morning comes around,
and the lamps along the harbour lay their silver on the ground.

Now children ask me where I came from, why my boots are worn,
I point them to the mountains where the winter wind was born.

And we sing, oh we sing till the morning comes around,
and the lamps along the harbour lay their silver on the ground.`,
  },
  {
    name: 'a villanelle',
    language: 'en',
    text: `The garden keeps the hour it was given.
We plant in rows what no one else will see.
The rain comes down as if to be forgiven.

A gate swings out that never was well driven,
a robin claims the handle of the tree.
The garden keeps the hour it was given.

By noon the sky is mended where was riven
a seam of cloud; the light is almost free.
The rain comes down as if to be forgiven.

You said that every root had once been striven
for, hand in soil, and you said that to me.
The garden keeps the hour it was given.

I count the beds: of twelve I find eleven.
One must have wandered off to meet the sea.
The rain comes down as if to be forgiven.

So let the spade lie rusting, let the leaven
of autumn work on what we used to be.
The garden keeps the hour it was given.
The rain comes down as if to be forgiven.`,
  },
  {
    name: 'a nursery song with doubled lines',
    language: 'en',
    text: `Hop, hop, hop, little frog, where do you go?
Down to the pond where the bulrushes grow.
Hop, hop, hop, little frog, what will you eat?
Flies for my breakfast and gnats for a treat.
Hop, hop, hop, little frog, what do you fear?
The shadow of something with feathers is near!
La la la, la la la, jump in the stream,
la la la, la la la, sink in a dream.`,
  },
  {
    name: 'a cumulative tale',
    language: 'en',
    text: `This is the key of the old brown door.
This is the boy who found the key of the old brown door.
This is the dog that followed the boy who found the key of the old brown door.
This is the cart that frightened the dog that followed the boy who found the key.
This is the mule, all stubborn and slow, that would not pull when the cart said go.
At last came the miller, who laughed out loud, and opened the door before the crowd.`,
  },
  {
    name: 'a speech in parallels',
    language: 'en',
    text: `We will build schools where there was only sand. We will build bridges where the river took our fathers.
We will build courts where the poor are heard first, and we will build them with our own hands. We did not come
here to ask for favours; we came here to ask for work. We did not come here to be counted; we came to be heard. Let it be said of us
that we were late, but let it not be said of us that we were afraid. Let it be said that we quarrelled, but not that we
forgot one another. And when they ask who paid for all of this, tell them that everybody paid, and that nobody was bought.`,
  },
  {
    name: 'a litany',
    language: 'en',
    text: `For the bread on the table, we give thanks.
For the hands that kneaded it, we give thanks.
For the neighbour who came through the snow, we give thanks.
For the quarrel that ended before supper, we give thanks.
For the letter that arrived after all, we give thanks.
For rain in a dry month, we give thanks.
For those who are not here tonight, we keep silence.`,
  },
  {
    name: 'a Markdown table of people',
    language: 'en',
    text: `| name | town | trade | since |
|------|------|-------|-------|
${lines(10, (i) => `| ${people[i]} | ${cities[i]} | ${trades[i]} | ${1990 + ((i * 7) % 30)} |`)}`,
  },
  {
    name: 'a Markdown table of booleans',
    language: 'en',
    text: `| option | Linux | macOS | Windows |
|:-------|:-----:|:-----:|:-------:|
| colour output | yes | yes | yes |
| sandbox | yes | yes | no |
| hard links | yes | yes | no |
| long paths | yes | yes | yes |
| file locks | yes | no | yes |
| symbolic links | yes | yes | no |
| sparse files | yes | no | yes |
| case folding | no | yes | yes |`,
  },
  {
    name: 'a numbered list',
    language: 'en',
    text: `To move house without losing your mind:
1. Write down everything that must leave the flat.
2. Throw away half of it.
3. Write down everything that must leave the flat again.
4. Ask three movers for a price and take the second cheapest.
5. Number the boxes, and write the number on three sides.
6. Put the kettle into box number one.
7. Photograph the meters for water, gas and electricity.
8. Hand over the keys, and get a receipt for the keys.
9. Open box number one.`,
  },
  {
    name: 'a checklist with the same head in every item',
    language: 'en',
    text: `- [ ] Check that the door is locked
- [ ] Check that the stove is off
- [ ] Check that the windows in the back room are shut
- [ ] Check that the cat has water
- [ ] Check that the alarm is on
- [x] Check that the passport is in the bag
- [x] Check that the tickets are printed
- [ ] Check that somebody has the spare key`,
  },
  {
    name: 'a JSON array of records',
    language: 'en',
    text: JSON.stringify(
      people.map((name, i) => ({
        id: i + 1,
        name,
        address: { city: cities[i], street: `${3 * i + 2} ${trades[9 - i]} lane` },
        roles: [trades[i]],
        active: i % 3 > 0,
      })),
      undefined,
      2,
    ),
  },
  {
    name: 'a matrix of zeros and ones',
    language: 'en',
    text: `[
  [1, 0, 0, 0, 0, 0],
  [0, 1, 0, 0, 0, 0],
  [0, 0, 1, 0, 0, 0],
  [0, 0, 0, 1, 0, 0],
  [0, 0, 0, 0, 1, 0],
  [0, 0, 0, 0, 0, 1]
]`,
  },
  {
    name: 'comma-separated values',
    language: 'en',
    text: `date,station,min,max,rain\n${lines(14, (i) => `2024-03-${String(i + 1).padStart(2, '0')},${cities[i % 10]},${(i * 3) % 11},${12 + ((i * 5) % 13)},${(i * 7) % 4}.${i % 10}`)}`,
  },
  {
    name: 'a server log',
    language: 'en',
    text: lines(
      10,
      (i) =>
        `2024-05-0${1 + (i % 3)} 12:0${i}:${17 + i * 4} ${['INFO', 'INFO', 'WARN', 'INFO', 'DEBUG'][i % 5]} ${['request served', 'cache filled', 'slow query', 'user signed in', 'index rebuilt'][(i * 2) % 5]} path=/${cities[i].toLowerCase()}/${trades[i]} ms=${(i * 37) % 91}`,
    ),
  },
  {
    name: 'a multiplication table',
    language: 'en',
    text: lines(24, (i) => `${2 + (i >> 3)} x ${1 + (i & 7)} = ${(2 + (i >> 3)) * (1 + (i & 7))}`),
  },
  {
    name: 'TypeScript with alike functions',
    language: 'en',
    text: `export function minOf(values: readonly number[]): number {
  let best = values[0];
  for (let i = 1; i < values.length; i++) {
    if (values[i] < best) best = values[i];
  }
  return best;
}

export function maxOf(values: readonly number[]): number {
  let best = values[0];
  for (let i = 1; i < values.length; i++) {
    if (values[i] > best) best = values[i];
  }
  return best;
}

export function sumOf(values: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum;
}

export function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : sumOf(values) / values.length;
}`,
  },
  {
    name: 'Python tests',
    language: 'en',
    text: `def test_empty():
    assert slugify("") == ""


def test_spaces_become_dashes():
    assert slugify("old sea wall") == "old-sea-wall"


def test_upper_case_is_lowered():
    assert slugify("Old Sea") == "old-sea"


def test_accents_are_dropped():
    assert slugify("Café Noir") == "cafe-noir"


def test_runs_of_dashes_collapse():
    assert slugify("a -- b") == "a-b"


def test_rejects_numbers():
    with pytest.raises(TypeError):
        slugify(42)`,
  },
  {
    name: 'SQL inserts',
    language: 'en',
    text: `CREATE TABLE trade (id INTEGER PRIMARY KEY, who TEXT NOT NULL, town TEXT, since INTEGER);
${lines(5, (i) => `INSERT INTO trade VALUES (${i + 1}, '${people[i]}', '${cities[9 - i]}', ${2001 + i * 3});`)}
SELECT town, COUNT(*) FROM trade GROUP BY town HAVING COUNT(*) > 1 ORDER BY 2 DESC;`,
  },
  {
    name: 'HTML navigation',
    language: 'en',
    text: `<nav>\n  <ul>\n${lines(6, (i) => `    <li><a href="/${trades[i]}">${cities[i]}</a></li>`)}\n  </ul>\n</nav>`,
  },
  {
    name: 'a dialogue with short answers',
    language: 'en',
    text: `"Did you lock the door?" she said.
"I did," he said.
"Did you really?" she said.
"I really did," he said. "Twice."
"And the window?" she said.
"What window?" he said.
"The one by the stairs," she said. "The one you never lock."
"Oh," he said. "That window." He looked at his shoes.
"No," he said. "I did not lock that window."`,
  },
  {
    name: 'a script with names before every line',
    language: 'en',
    text: `MIRA: Who goes there?
TOM: A friend.
MIRA: Whose friend?
TOM: Yours, if you open the gate.
MIRA: And if I do not open the gate?
TOM: Then a cold friend.
MIRA: What do you carry?
TOM: Bread, salt, and a letter from your sister.
MIRA: I have no sister.
TOM: Then bread and salt.`,
  },
  {
    name: 'questions of a quiz',
    language: 'en',
    text: `What is the capital of Peru? The capital of Peru is Lima.
What is the longest river of France? The longest river of France is the Loire.
What is the highest mountain of Japan? The highest mountain of Japan is Mount Fuji.
What is the largest lake of Bolivia? The largest lake of Bolivia is Lake Titicaca.
What is the oldest bridge of Prague? The oldest bridge of Prague is Charles Bridge.`,
  },
  {
    name: 'a palindrome and a chiasm',
    language: 'en',
    text: `Never odd or even. Was it a car or a cat I saw? First ladies rule the state, and state the rule: ladies first.
We shape our rooms, and afterwards our rooms shape us. Say what you mean and mean what you say. Live to cook, or cook to live?`,
  },
  {
    name: 'reduplication for effect',
    language: 'en',
    text: `It went on and on and on. "No, no, no, no, no!" cried the cook. "Very, very, very slowly." Ha ha ha ha! Tick tock, tick tock, tick
tock, said the clock in the hall, and the rain said drip, drip, drip, drip upon the sill. Again and again and again he tried the handle. Well, well, well.
So-so. Bye-bye! Knock, knock. Who is there? Night after night, door after door, step by step by step.`,
  },
  {
    name: 'a licence with its formula',
    language: 'en',
    text: `The Lender shall not be liable for any loss arising from late delivery. The Borrower shall not be liable for any loss
arising from fire, unless the fire was set by the Borrower. The Lender shall keep the Item insured at all times. The Borrower shall keep the Item dry at all times. If the
Borrower returns the Item damaged, the Lender may keep the deposit. If the Borrower does not return the Item, the Lender may keep the deposit and claim the
price of the Item. Nothing in this agreement limits the rights of the Lender under the law, and nothing in this agreement limits the rights of the Borrower under the law.`,
  },
  {
    name: 'a recipe and its times',
    language: 'en',
    text: `Stir for 5 minutes. Add the onions and stir for 5 minutes more. Add the rice and stir for 2 minutes. Add a ladle of stock and stir until it is
absorbed. Add another ladle of stock and stir until it is absorbed. Go on until the rice is soft, about 20 minutes. Take it off the fire. Add the butter and stir. Add the cheese
and stir. Cover, and wait for 5 minutes.`,
  },
  {
    name: 'a table of contents',
    language: 'en',
    text: lines(
      12,
      (i) =>
        `Chapter ${i + 1}. ${['The', 'A', 'My'][i % 3]} ${trades[i % 10]} of ${cities[(i * 3) % 10]} ........ ${7 + i * 13}`,
    ),
  },
  {
    name: 'rules and boxes drawn in characters',
    language: 'en',
    text: `+----------+----------+----------+
| alpha    | beta     | gamma    |
+----------+----------+----------+
| 1        | 2        | 3        |
+----------+----------+----------+
========================================
To be continued ........................
----------------------------------------`,
  },
  {
    name: '一行叠句的歌谣',
    language: 'zh',
    text: `山前的渡口雾茫茫，摇船的阿公等天光。
月亮月亮你慢些走，照我回到老村庄。
石板桥下水流长，桥头的柳树发新芽。
月亮月亮你慢些走，照我回到老村庄。
阿婆门前晒稻谷，一只黄狗守着家。
月亮月亮你慢些走，照我回到老村庄。
梦里有人唤小名，醒来枕上一片霜。
月亮月亮你慢些走，照我回到老村庄。`,
  },
  {
    name: '有副歌的歌词',
    language: 'zh',
    text: `主歌一
十八岁那年坐上绿皮车，窗外的麦田一直退后，
父亲把烟盒捏了又捏，说到了地方记得写信。

副歌
谁不曾在异乡的雨里数着归期，谁不曾把故乡唱成一首老歌曲，
等到燕子又飞回屋檐底，我就不再四处流离。

主歌二
三十岁那年换了三座城，房东的钥匙越来越沉，
电话里母亲总说都好，我听见她身后的风声。

副歌
谁不曾在异乡的雨里数着归期，谁不曾把故乡唱成一首老歌曲，
等到燕子又飞回屋檐底，我就不再四处流离。

主歌三
如今我也有了一个小孩，问我海那边是不是家，
我指着地图上一个小点，忽然说不出半句话。

副歌
谁不曾在异乡的雨里数着归期，谁不曾把故乡唱成一首老歌曲，
等到燕子又飞回屋檐底，我就不再四处流离。`,
  },
  {
    name: '重章叠句的四言诗',
    language: 'zh',
    text: `南山有竹，其叶青青。我行在野，听彼流莺。之子于归，何以为情？
南山有竹，其叶苍苍。我行在野，见彼斜阳。之子于归，何以不忘？
南山有竹，其叶离离。我行在野，念彼当时。之子于归，何以慰之？`,
  },
  {
    name: '叠字词',
    language: 'zh',
    text: `点点滴滴，淅淅沥沥，梧桐叶上声声。寻寻常常院落，冷冷清清。来来往往燕子，双双对对，飞飞停停。
细细想，年年岁岁，暮暮朝朝，了了分明。
高高低低远岸，深深浅浅水，脉脉盈盈。处处花花草草，燕燕莺莺。懒懒拈拈针线，长长短短，歪歪斜斜缝。
慢慢等，三三两两，点点渔灯。`,
  },
  {
    name: '如梦令式的叠句',
    language: 'zh',
    text: `记得小桥初见，一把纸伞遮面。欲语又还休，只道雨丝如线。不见，不见，隔着杏花深院。
后来江上相逢，都已白了鬓边。问起旧时燕，说道早迁别院。莫怨，莫怨，且看满江灯焰。`,
  },
  {
    name: '回文诗',
    language: 'zh',
    text: `香莲碧水动风凉，水动风凉夏日长。
长日夏凉风动水，凉风动水碧莲香。
潮随暗浪雪山倾，远浦渔舟钓月明。
明月钓舟渔浦远，倾山雪浪暗随潮。
上海自来水来自海上，山东落花生花落东山。`,
  },
  {
    name: '顶真与排比',
    language: 'zh',
    text: `有志者事竟成，成事者不言难，难处常在心上，心上若宽，路便宽。
山是水的故事，水是山的远方；桥是岸的牵挂，岸是桥的归宿；你是我的问题，我是你的答案。
如果你是一阵风，我愿做一面旗；如果你是一场雨，我愿做一把伞；如果你是一盏灯，我愿做一扇窗；如果你什么都不是，我也愿做你的影子。`,
  },
  {
    name: '绕口令',
    language: 'zh',
    text: `东边来了个卖布的老杜，西边来了个卖醋的老顾。老杜用布换老顾的醋，老顾用醋换老杜的布。
老杜说老顾的醋不如老杜的布，老顾说老杜的布不如老顾的醋。吵到日落西山坡，布湿了，醋洒了，两个人都说：算了，算了！`,
  },
  {
    name: '九九乘法表',
    language: 'zh',
    text: lines(9, (i) => {
      const 数 = '零一二三四五六七八九';
      return Array.from({ length: i + 1 }, (_, j) => {
        const 积 = (i + 1) * (j + 1);
        const 读 =
          积 < 10
            ? `得${数[积]}`
            : `${积 >= 20 ? 数[Math.floor(积 / 10)] : ''}十${积 % 10 ? 数[积 % 10] : ''}`;
        return `${数[j + 1]}${数[i + 1]}${读}`;
      }).join('，');
    }),
  },
  {
    name: '中文表格',
    language: 'zh',
    text: `| 姓名 | 城市 | 职业 | 年龄 |
| --- | --- | --- | --- |
${lines(10, (i) => `| ${姓名[i]} | ${城市[i]} | ${职业[i]} | ${22 + ((i * 7) % 30)} |`)}`,
  },
  {
    name: '中文编号列表',
    language: 'zh',
    text: `出门前请确认：
1. 门窗已经关好，尤其是厨房的窗。
2. 煤气总阀已经关闭。
3. 猫粮和水足够三天。
4. 身份证、车票、充电器在背包里。
5. 备用钥匙交给楼下的张阿姨。
6. 给单位发一封邮件，说明返回的日期。
7. 手机里存好酒店的地址和电话。
8. 再确认一遍门窗。`,
  },
  {
    name: '中文的 JSON 记录',
    language: 'zh',
    text: JSON.stringify(
      姓名.map((姓名, i) => ({
        编号: i + 1,
        姓名,
        城市: 城市[i],
        职业: 职业[(i * 3) % 10],
        在职: i % 2 === 0,
      })),
      undefined,
      1,
    ),
  },
  {
    name: '一问一答的对话',
    language: 'zh',
    text: `甲：你从哪里来？
乙：我从山里来。
甲：山里有什么？
乙：山里有雾，雾里有人家，人家门前有枣树。
甲：枣树结枣吗？
乙：七月结枣，八月打枣，九月里没有枣。
甲：那你九月来做什么？
乙：来卖去年的枣。
甲：去年的枣还能吃吗？
乙：能吃，能吃，甜得很。`,
  },
  {
    name: '章回小说的套话',
    language: 'zh',
    text: `且说那店主笑道：“客官里面请。”客人笑道：“有什么好酒？”店主笑道：“有三年的烧刀子，十年的女儿红。”客人道：“先打二两来尝。”
店主应了一声，去了。不多时，店主回来笑道：“酒来了。”客人尝了一口，皱眉道：“这酒是三年的，还是十年的？”店主笑道：“客官好舌头。”
说着，把另一壶放下，笑道：“这一壶才是。”客人也笑了。欲知后事如何，且听下回分解。`,
  },
  {
    name: '合同条款',
    language: 'zh',
    text: `第一条 甲方应当按照本合同约定的时间交付货物。第二条 乙方应当按照本合同约定的时间支付货款。第三条 甲方逾期交付的，每逾期一日，应当向乙方支付货款总额千分之一的违约金。
第四条 乙方逾期付款的，每逾期一日，应当向甲方支付欠款金额千分之一的违约金。第五条 因不可抗力不能履行本合同的，双方互不承担违约责任。第六条 本合同一式两份，甲乙双方各执一份，自双方签字之日起生效。`,
  },
  {
    name: '天气预报',
    language: 'zh',
    text: `${城市[0]}：晴，最高气温 28 度，最低气温 17 度，北风三级。
${城市[1]}：多云，最高气温 26 度，最低气温 20 度，东风二级。
${城市[2]}：雷阵雨，最高气温 33 度，最低气温 26 度，南风微弱。
${城市[3]}：阴，最高气温 25 度，最低气温 19 度，静风。
${城市[4]}：晴转多云，最高气温 29 度，最低气温 16 度，西北风四级。`,
  },
];

export interface LoopCase extends HardCase {
  readonly kind: 'exact' | 'near' | 'spaced';
  /** The clean text ends with this. */
  readonly clean: string;
}

const numbers = ['Ten', 'Nine', 'Eight', 'Seven', 'Six', 'Five', 'Four', 'Three', 'Two', 'One'];
const fillers = [
  'A gull laughed over the mast.',
  'Somebody was frying onions.',
  'The wind had gone north.',
  'We counted eleven barrels.',
  'It smelled of tar.',
  'No answer came.',
  'Rain began after noon.',
  'Two of us slept.',
  'He lit his pipe again.',
  'The rope was wet.',
];

/** What a model writes when it loops. */
export const loopCases: readonly LoopCase[] = [
  {
    name: 'a sentence again and again',
    language: 'en',
    kind: 'exact',
    text: `The council met on Tuesday. ${'I do not know what the council wants from the people of this town. '.repeat(8)}`,
    clean: 'the people of this town.',
  },
  {
    name: 'a short phrase again and again',
    language: 'en',
    kind: 'exact',
    text: `He looked at the sea, and then at the sea, ${'and then at the sea, '.repeat(14)}`,
    clean: 'He looked at the sea, and then',
  },
  {
    name: 'a counter goes on',
    language: 'en',
    kind: 'near',
    text: `My plan:\n${lines(14, (i) => `${i + 1}. Ask the harbour master for the list of the ships.`)}`,
    clean: 'for the list of the ships.\n2.',
  },
  {
    name: 'a name changes',
    language: 'en',
    kind: 'near',
    text: people
      .map((name) => `${name} was the first person in the village who had ever seen the sea.`)
      .join(' '),
    clean: 'who had ever seen the sea. Bruno',
  },
  {
    name: 'a song counts down',
    language: 'en',
    kind: 'near',
    text: numbers
      .map((n) => `${n} small boats were lying on the sand, and one of them went out to sea.`)
      .join('\n'),
    clean: 'and one of them went out to sea.\nNine',
  },
  {
    name: 'the same sentence between others',
    language: 'en',
    kind: 'spaced',
    text: fillers
      .map(
        (other) => `The captain said that the ship would never leave the harbour before the spring. ${other}`,
      )
      .join(' '),
    clean: 'A gull laughed over the mast.',
  },
  {
    name: '同一句话说个不停',
    language: 'zh',
    kind: 'exact',
    text: `早上他去了河边。${'他觉得今天的天气和昨天的天气一样好。'.repeat(8)}`,
    clean: '他觉得今天的天气和昨天的天气一样好。',
  },
  {
    name: '短语说个不停',
    language: 'zh',
    kind: 'exact',
    text: `山上有一座庙，${'庙里有个和尚，'.repeat(12)}`,
    clean: '山上有一座庙，庙里有个和尚，',
  },
  {
    name: '序号在变',
    language: 'zh',
    kind: 'near',
    text: lines(12, (i) => `第${i + 1}步，把桌上的纸条按照颜色放进对应的抽屉里。`),
    clean: '放进对应的抽屉里。',
  },
  {
    name: '人名在变',
    language: 'zh',
    kind: 'near',
    text: 姓名.map((name) => `${name}是村里第一个亲眼见过大海的人，大家都很佩服。`).join(''),
    clean: '大家都很佩服。李雪',
  },
  {
    name: '同一句话隔三差五再来',
    language: 'zh',
    kind: 'spaced',
    text: [
      '窗外的雨刚刚停了。',
      '巷口的狗叫了两声。',
      '屋里的灯忽然灭了。',
      '半天也没有人答话。',
      '今晚的火车又晚点。',
      '他默默点了一支烟。',
      '后院的木门虚掩着。',
      '隔壁孩子已经睡了。',
      '东边的天色快亮了。',
      '炉上的水终于开了。',
    ]
      .map((other) => `老人说这条通往山里的路从来没有一个人真正走到过尽头。${other}`)
      .join(''),
    clean: '窗外的雨刚刚停了。',
  },
];
