print("maspo")
