/** Vietnamese. Written for postern from knowledge of the language; no phrase is copied from a source. */
export const vi = `
casino: casino*, sòng bạc, nhà cái, cá cược, nổ hũ, vòng quay miễn phí, roulette, baccarat, xóc đĩa, tài xỉu
đánh bạc
| thưởng nạp, khuyến mãi nạp, nạp lần đầu, nạp đầu, tiền thưởng ~ nạp, không cần nạp, nhận ~ thưởng, hoàn tiền
chơi ngay, tiền thật, rút tiền ~ nhanh, rút tiền ngay, mã khuyến mãi, tặng ~ thành viên mới
prize: bạn đã trúng, bạn đã thắng, trúng thưởng, trúng giải, được chọn ngẫu nhiên, bạn đã được chọn, bạn được chọn
người may mắn, phần thưởng của bạn, quà tặng của bạn, điểm ~ hết hạn
| nhận thưởng, nhận giải, nhận ~ phần thưởng, nhận ~ giải thưởng, nhận ~ quà, nhận quà, đổi điểm, đổi ~ điểm
xác nhận ~ địa chỉ, phí vận chuyển, trước khi hết hạn, liên hệ ~ đại lý, làm thủ tục nhận
survey: khảo sát ngắn, khảo sát nhanh, tham gia khảo sát, hoàn thành khảo sát, khảo sát khách hàng, trả lời ~ câu hỏi
chương trình khách hàng thân thiết, ý kiến của bạn
| phần thưởng độc quyền, nhận ~ quà tặng, iphone miễn phí, trúng iphone, thẻ quà tặng, phiếu quà tặng, trị giá
quà miễn phí, chọn ~ quà
renewal: gói đăng ký ~ hết hạn, đăng ký ~ đã hết hạn, thuê bao ~ hết hạn, giấy phép ~ hết hạn, bảo vệ ~ hết hạn
diệt virus ~ hết hạn, tên miền ~ hết hạn, tên miền ~ sắp hết, phát hiện ~ virus, máy tính ~ nhiễm, thiết bị ~ nhiễm
dung lượng ~ đầy, bộ nhớ ~ đầy, ảnh ~ bị xóa
| gia hạn ngay, gia hạn ~ ngay, gia hạn gói, gia hạn tên miền, cập nhật ~ thanh toán, trong vòng 24, trong vòng 48
cảnh báo cuối, thông báo cuối, nhắc nhở cuối, tránh ~ mất, tránh ~ gián đoạn, xóa virus, loại bỏ virus, giảm giá
mailbox: hộp thư ~ đầy, hộp thư ~ vượt, hộp thư ~ dung lượng, hộp thư ~ bị khóa, hộp thư ~ vô hiệu
email ~ bị vô hiệu, tài khoản email ~ đóng, tài khoản email ~ khóa, mật khẩu ~ hết hạn, tin nhắn ~ bị giữ
thư ~ đang chờ, thư ~ chưa được gửi, thư ~ bị giữ lại
| giữ ~ mật khẩu, giữ nguyên mật khẩu, tiếp tục sử dụng mật khẩu, xác nhận mật khẩu, tăng dung lượng
nâng cấp ~ hộp thư, nâng cấp dung lượng, khôi phục ~ thư, giải phóng ~ thư, xác minh ~ tài khoản
xác nhận ~ tài khoản, xác minh ~ hộp thư, cập nhật ~ hộp thư, tránh ~ vô hiệu, tránh ~ bị khóa, nhấp vào đây
bấm vào đây
loan: vay tiền, vay nhanh, vay tín chấp, khoản vay ~ duyệt, khoản vay cá nhân, cho vay ~ cá nhân, đề nghị cho vay
cần vay, hỗ trợ vay, vay online, hạn mức vay
| không thế chấp, không cần thế chấp, không tài sản, nợ xấu, lãi suất ~ 2, lãi suất ~ 3, lãi suất thấp
lãi suất ưu đãi, giải ngân ~ phút, giải ngân ngay, giải ngân nhanh, duyệt ngay, duyệt nhanh, chỉ cần cmnd
chỉ cần cccd, đăng ký ngay, số tiền vay
cure: giảm cân, giảm béo, đốt mỡ, mỡ bụng, tiểu đường, đường huyết, ù tai, rụng tóc, đau khớp, xương khớp
tuyến tiền liệt, cương dương, xuất tinh sớm, yếu sinh lý, sinh lý nam, dương vật, viagra, cialis, nấm móng
| thần kỳ, thần dược, kỳ diệu, bác sĩ ~ giấu, bác sĩ ~ sốc, bác sĩ ~ bất ngờ, bài thuốc gia truyền, gia truyền
công thức bí mật, mẹo đơn giản, mẹo này, trước khi ngủ, không cần ăn kiêng, không ăn kiêng, không cần tập, chỉ ~ ngày
sau vài ngày, 100% tự nhiên, 100% thiên nhiên, không cần đơn, khỏi hẳn, dứt điểm
advanceFee: thừa kế ~ triệu, tài sản thừa kế, khoản thừa kế, khách hàng ~ đã chết, khách hàng ~ đã qua đời
người chồng ~ quá cố, người chồng quá cố, chồng quá cố, người thân nhất, thân nhân, triệu đô la, triệu đô, triệu usd
triệu euro, số tiền ~ triệu, chuyển ~ số tiền, chuyển quỹ, quyên góp ~ bạn, tặng bạn ~ triệu, quỹ bồi thường
người thụ hưởng, tài khoản không hoạt động, người lính ~ syria
| trả lời ~ chi tiết, biết thêm chi tiết, thêm chi tiết, thêm thông tin, liên hệ với tôi, viết cho tôi
sự giúp đỡ của bạn, sự hỗ trợ của bạn, phản hồi khẩn, trả lời khẩn, chờ ~ phản hồi, chờ ~ trả lời, bí mật
bảo mật tuyệt đối, chúa ~ phù hộ, chúa ban phước, bạn thân mến, thân mến, tôi tên là, tên tôi là, tôi là luật sư
luật sư, 50%, 40%, họ và tên, không rủi ro
extortion: tôi đã hack, đã hack, đã xâm nhập, quyền truy cập, toàn quyền truy cập, cài đặt ~ virus, cài ~ mã độc
phần mềm độc hại, phần mềm gián điệp, trojan, mã độc, đã quay ~ video, tôi đã quay, đã ghi lại, ghi hình
webcam của bạn, camera của bạn, trang web người lớn, web người lớn, trang khiêu dâm, khiêu dâm, thủ dâm
mật khẩu của bạn là
| gửi ~ bitcoin, chuyển ~ bitcoin, thanh toán ~ bitcoin, trả ~ bitcoin, bằng bitcoin, ví bitcoin, địa chỉ bitcoin
ví của tôi, danh bạ ~ bạn, tất cả danh bạ, tất cả ~ liên hệ, bạn bè và ~ gia đình, gia đình và ~ bạn bè, gửi ~ video
phát tán ~ video, công khai ~ video, đăng ~ video, xóa ~ video, 48 giờ, 72 giờ, công an, cảnh sát, tiền chuộc
account: tài khoản ~ bị khóa, tài khoản ~ bị tạm khóa, tài khoản ~ tạm ngưng, tài khoản ~ bị đình chỉ
tài khoản ~ bị hạn chế, tài khoản ~ bị vô hiệu, tài khoản ~ bị chặn, tài khoản ~ bị đóng, thẻ ~ bị khóa
thẻ ~ bị tạm khóa, quyền truy cập ~ hạn chế, hoạt động ~ bất thường, hoạt động ~ đáng ngờ, giao dịch ~ đáng ngờ
giao dịch ~ bất thường, đăng nhập ~ bất thường, truy cập trái phép, thanh toán ~ bị từ chối, thanh toán ~ thất bại
hoàn thuế
| xác minh ~ tài khoản, xác nhận ~ tài khoản, xác thực ~ tài khoản, xác minh ~ danh tính, xác minh ~ thông tin
xác nhận ~ thông tin, cập nhật ~ thông tin, cập nhật ~ tài khoản, mở khóa, khôi phục ~ tài khoản
khôi phục ~ truy cập, kích hoạt lại, tránh ~ bị khóa, vĩnh viễn, trong vòng 24, trong vòng 48, trong 24 giờ
parcel: bưu kiện ~ bị giữ, gói hàng ~ bị giữ, kiện hàng ~ bị giữ, đơn hàng ~ bị giữ, gói hàng ~ hải quan
bưu kiện ~ hải quan, kiện hàng ~ hải quan, gói hàng ~ chờ, bưu kiện ~ chờ, không thể giao ~ gói hàng
không thể giao ~ bưu kiện, không thể giao ~ hàng, giao hàng ~ thất bại, giao hàng không thành công
giao hàng ~ không thành công, địa chỉ ~ không đầy đủ, địa chỉ ~ không chính xác
| thanh toán ~ phí, nộp ~ phí, trả ~ phí, đóng ~ phí, phí hải quan, thuế hải quan, thuế nhập khẩu, phí vận chuyển
phí giao hàng, phí lưu kho, xác nhận ~ địa chỉ, cập nhật ~ địa chỉ, xác nhận ~ thanh toán, giao lại
trả lại ~ người gửi, hoàn trả ~ người gửi
`
