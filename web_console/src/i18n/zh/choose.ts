/** Words of choosing whom to send: the filter of the other candidates, and how the walk is known. */
export const choose = {
  filter: "筛选人员",
  group: "职能组",
  anyGroup: "不限职能组",
  skill: "技能",
  anySkill: "不限技能",
  within: "步行时间",
  anyTime: "不限时间",
  minutes: "{n} 分钟内",
  onlyFree: "仅空闲人员",
  clear: "清除筛选",
  range: "{distance} · 步行约 {from} 至 {to}",
  by: {
    streets: "按路网计算",
    straight: "按直线估算",
    unreachable: "路网不通，按直线估算",
  },
};
