# The shipper follows the error log.
sed -e 's|/logs/access.log|/logs/error.log|' \
  "$LAB/solutions/second-container.sh" | bash -eu
