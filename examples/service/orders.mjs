/** Stands for a shop's own system: it knows two orders. */

const orders = {
  1234: 'Order 1234 was shipped yesterday. 订单 1234 昨天已发货。',
  5678: 'Order 5678 is being packed. 订单 5678 正在打包。',
};

let input = '';
for await (const piece of process.stdin) input += piece;
const { number } = JSON.parse(input);
const [what] = process.argv.slice(2);
if (!Object.hasOwn(orders, number)) console.log(`There is no order ${number}. 没有订单 ${number}。`);
else if (what === 'cancel') console.log(`Order ${number} is cancelled. 订单 ${number} 已取消。`);
else console.log(orders[number]);
