/** Words of the sheet of checkpoint labels. */
export const labels = {
  open: "打印点位二维码",
  title: "巡查点二维码标签",
  hint: "打印后张贴在巡查点或楼层。标签含防伪密钥，补打与原标签相同；照片可被他处扫描，系统会同时核对手机位置。",
  address: "手机访问控制台的地址",
  area: "网格",
  all: "全部网格",
  print: "打印 {n} 张",
  local: "这个地址只有本机能打开，请填写手机能访问的地址（https://…）。",
  none: "还没有巡查点，请先导入",
  scanMe: "网格员扫码打卡",
};
