// The page's own words in the reader's language. English is the key; what is not listed stays English.

const ZH = {
  "Sandbox chats": "沙盒聊天", "Chats": "聊天", "You are": "你是", "Act as": "以谁的身份", "Connecting…": "连接中…",
  "New person, group or channel": "新建联系人、群组或频道", "Open chat": "当前聊天", "Choose a chat to start messaging": "选择一个聊天开始对话",
  "Back to the chats": "返回聊天列表", "Developer tools": "开发者工具", "Topics": "话题", "Pinned message": "置顶消息", "Messages": "消息",
  "To the last message": "跳到最新消息", "Commands": "命令", "Message": "消息", "Send": "发送", "Start": "开始",
  "Close the developer tools": "关闭开发者工具", "Next call fails": "让下一次调用失败", "With": "错误", "429 Too Many Requests": "429 请求过多",
  "403 blocked by the user": "403 被用户屏蔽", "400 refused": "400 被拒绝", "500 Internal Server Error": "500 服务器内部错误",
  "broken connection, not accepted": "连接中断，未被接受", "broken connection, after it was accepted": "连接中断，但已被接受",
  "no failure, but 5 seconds late": "不失败，但晚 5 秒", "In": "范围", "this chat": "此聊天", "every chat": "所有聊天", "Method": "方法",
  "any that writes": "任何写入方法", "any": "任何方法", "Times": "次数", "Wait, s": "等待（秒）", "Arm": "启用", "Armed": "已启用",
  "Clear all": "全部清除", "The bot in this chat": "此聊天中的机器人", "New": "新建", "What": "类型", "Person": "联系人", "Group": "群组",
  "Group with topics": "带话题的群组", "Channel": "频道", "Name": "名称", "Language": "语言", "Cancel": "取消", "Create": "创建", "OK": "确定",
  "In a group or channel the bot is an administrator, and you are its owner.": "在群组或频道中，机器人是管理员，你是拥有者。",
  "The sandbox cannot be reached": "无法连接沙盒", "Error {0}": "错误 {0}", "The bot": "机器人", "You: ": "你：", "No messages yet": "还没有消息",
  "{0} unread": "{0} 条未读", "blocked": "已屏蔽", "typing…": "正在输入…", "bot": "机器人", "{0} person": "{0} 人", "{0} people": "{0} 人",
  "the bot is an administrator": "机器人是管理员", "the bot is a member": "机器人是成员", "the bot is not in it": "机器人不在其中",
  "the bot was thrown out": "机器人已被移出", "Unblock": "解除屏蔽", "Block": "屏蔽", "Kick the bot": "移出机器人", "Add the bot": "加入机器人",
  "Only administrators write here": "只有管理员可以发言", "Broadcast": "广播", "General": "综合", "New topic": "新话题", "Name of the topic": "话题名称",
  "No messages here yet": "这里还没有消息", "None: every call is answered.": "无：所有调用都会正常响应。", "drop": "中断",
  "Make it a plain member": "设为普通成员", "Make it an administrator": "设为管理员", "Upgrade to a supergroup": "升级为超级群组",
  "Open this topic again": "重新打开此话题", "Close this topic": "关闭此话题", "Connection lost, trying again…": "连接已断开，正在重试…",
  "Show": "显示", "Photo": "图片", "This photo cannot be loaded here": "图片无法在此加载", "Like": "喜欢", "edited": "已编辑", "closed": "已关闭",
  "{0} created the topic “{1}”": "{0} 创建了话题“{1}”", "{0} closed the topic": "{0} 关闭了话题", "{0} opened the topic again": "{0} 重新打开了话题",
  "The group became a supergroup": "群组已升级为超级群组", "This supergroup was a group before": "此超级群组由群组升级而来",
  "The bot was blocked": "机器人已被屏蔽", "The bot was unblocked": "机器人已被解除屏蔽", "The bot is now: kicked": "机器人已被移出",
  "The bot is now: member": "机器人现在是成员", "The bot is now: administrator": "机器人现在是管理员", "The bot is now: left": "机器人已离开",
};

const asked = new URLSearchParams(location.search).get("lang") || navigator.language || "en";
export const language = asked.toLowerCase().startsWith("zh") ? "zh-Hans" : "en";

export function t(text, ...values) {
  const words = (language === "en" ? undefined : ZH[text]) || text;
  return words.replace(/\{(\d)\}/g, (_, index) => String(values[index]));
}

// Once, before anything that people wrote is on the page.
export function translatePage() {
  document.documentElement.lang = language;
  document.title = t(document.title);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim();
    if (text) walker.currentNode.data = walker.currentNode.data.replace(text, () => t(text));
  }
  for (const name of ["aria-label", "title", "placeholder"]) {
    for (const node of document.querySelectorAll(`[${name}]`)) node.setAttribute(name, t(node.getAttribute(name)));
  }
}
